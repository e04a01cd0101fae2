import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { JwtVerifier } from '../../../src/access/jwt.ts'
import { codexBinary } from '../../support/upstream/codex-home.ts'
import { startRemote } from '../start-remote.ts'
import type { RemoteGateway } from '../start-remote.ts'

const secret = 'a-shared-secret-of-at-least-32-bytes'

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

/** An executor that is running. */
export interface Executor extends AsyncDisposable {
  readonly folder: string
  /** What it has said. */
  readonly output: () => string
  /** Resolves with its code when it ends by itself. */
  readonly exited: Promise<number | null>
  readonly signal: (signal: NodeJS.Signals) => void
}

export async function startExecutorsGateway(settings: Record<string, string> = {}): Promise<ExecutorsGateway> {
  const conf = await mkdtemp(join(tmpdir(), 'executors-conf-'))
  await writeFile(join(conf, 'secret'), secret, { mode: 0o600 })
  const kinds = [{ types: ['jwt', undefined], secrets: [new TextEncoder().encode(secret)] }]
  const jwts = new JwtVerifier(kinds)
  const files = { CODEX_JWT_SECRET_FILE: join(conf, 'secret') }
  const remote = await startRemote({ CODEX_WORKSPACE_RUNS: 'executors', ...files, ...settings }, undefined, { jwts })
  const jwt: ExecutorsGateway['jwt'] = (claims = {}, expires = '1h') =>
    new SignJWT({ sub: 'machine', ws: 'default', scope: 'executor', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret))
  return {
    ...remote,
    jwt,
    revoke: (id) => jwts.replace(kinds, [id]),
    executor: async (name, { token, url = remote.url.replace('ws', 'http') } = {}) =>
      startExecutor(name, token ?? (await jwt()), url),
    async [Symbol.asyncDispose]() {
      await remote[Symbol.asyncDispose]()
      await rm(conf, { recursive: true })
    }
  }
}

/** `url` is that of the gateway. */
export async function startExecutor(name: string, token: string, url: string): Promise<Executor> {
  const root = await mkdtemp(join(tmpdir(), `executor-${name}-`))
  const folder = join(root, 'work')
  await Promise.all([mkdir(folder), mkdir(join(root, '.codex'))])
  execFileSync('git', ['init', '-q', folder])
  const args = ['exec-server', '--remote', `${url}/executors`, '--remote-transport', 'direct', '--environment-id', name]
  const child = spawn(codexBinary, [...args, '--aws-sigv4', '--aws-region', 'gateway'], {
    cwd: folder,
    env: {
      ...{ PATH: process.env['PATH'], HOME: root, CODEX_HOME: join(root, '.codex') },
      ...{ AWS_ACCESS_KEY_ID: 'codex', AWS_SECRET_ACCESS_KEY: 'codex', AWS_SESSION_TOKEN: token }
    },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return {
    folder,
    exited,
    output: () => output,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await rm(root, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
