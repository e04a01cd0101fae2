import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JwtVerifier } from '../../../src/access/jwt.ts'
import { startRemote } from '../start-remote.ts'
import type { RemoteGateway } from '../start-remote.ts'
import { executorToken, secret, startExecutor } from './executor.ts'
import type { Executor } from './executor.ts'

/** A gateway whose commands run on executors alone. */
export interface ExecutorsGateway extends RemoteGateway {
  /** A JWT for executors of the workspace `default`, with these claims besides or instead. */
  jwt: (claims?: Record<string, unknown>, expires?: string) => Promise<string>
  /** From now on the token with this id is valid no longer. */
  revoke: (id: string) => void
  /** Starts a real `codex exec-server`, in a folder of its own. */
  executor: (name: string, options?: ExecutorOptions) => Promise<Executor>
}

interface ExecutorOptions {
  token?: string
  /** Of the gateway: `http://127.0.0.1:PORT`. */
  url?: string
}

export async function startExecutorsGateway(settings: Record<string, string> = {}): Promise<ExecutorsGateway> {
  const conf = await mkdtemp(join(tmpdir(), 'executors-conf-'))
  await writeFile(join(conf, 'secret'), secret, { mode: 0o600 })
  const kinds = [{ types: ['jwt', undefined], secrets: [new TextEncoder().encode(secret)] }]
  const jwts = new JwtVerifier(kinds)
  const files = { CODEX_JWT_SECRET_FILE: join(conf, 'secret') }
  const remote = await startRemote({ CODEX_WORKSPACE_RUNS: 'executors', ...files, ...settings }, undefined, { jwts })
  return {
    ...remote,
    jwt: executorToken,
    revoke: (id) => jwts.replace(kinds, [id]),
    executor: async (name, { token, url = remote.url.replace('ws', 'http') } = {}) =>
      startExecutor(name, token ?? (await executorToken()), url),
    async [Symbol.asyncDispose]() {
      await remote[Symbol.asyncDispose]()
      await rm(conf, { recursive: true })
    }
  }
}
