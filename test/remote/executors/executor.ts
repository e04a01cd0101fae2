import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { codexBinary } from '../../support/upstream/codex-home.ts'

/** Of the JWTs of executors. */
export const secret = 'a-shared-secret-of-at-least-32-bytes'

/** An executor that is running. */
export interface Executor extends AsyncDisposable {
  readonly folder: string
  /** What it has said. */
  readonly output: () => string
  /** Resolves with its code when it ends by itself. */
  readonly exited: Promise<number | null>
  readonly signal: (signal: NodeJS.Signals) => void
}

/** A JWT for executors of the workspace `default`, with these claims besides or instead. */
export const executorToken = (claims: Record<string, unknown> = {}, expires = '1h'): Promise<string> =>
  new SignJWT({ sub: 'machine', ws: 'default', scope: 'executor', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))

/** Starts a real `codex exec-server`, which connects to the gateway at this URL. */
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
