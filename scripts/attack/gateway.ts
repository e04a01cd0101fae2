import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The only valid one. */
export const token = 'sk-attack-0123456789abcdefghijkl'

/** A built gateway in a process and folders of its own. There is no login: no turn of it reaches a model. */
export interface AttackedGateway extends AsyncDisposable {
  pid: number
  port: number
}

export async function startGateway(): Promise<AttackedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'attack-'))
  const [home, workspace] = [join(folder, 'home'), join(folder, 'workspace')]
  await Promise.all([home, workspace].map((path) => mkdir(path, { mode: 0o700 })))
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TMPDIR: folder,
    CODEX_CLI_HOME: home,
    CODEX_WORKSPACE: workspace,
    CODEX_GATEWAY_TOKEN: token
  }
  const main = join(import.meta.dirname, '../../dist/main.js')
  const log = join(folder, 'log')
  await using file = await open(log, 'w') // not a pipe: a runner busy with its attack would read it too slowly, and block the gateway
  const child = spawn(process.execPath, [main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', file.fd, 'ignore']
  })
  const exited = once(child, 'exit')
  const port = await portFrom(log, child)
  if (port === undefined || child.pid === undefined) throw new Error('The gateway did not start.')
  return {
    pid: child.pid,
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** The port of its log line `listening`; undefined if it ends before that. */
async function portFrom(log: string, child: ChildProcess): Promise<number | undefined> {
  while (child.exitCode === null) {
    const url = /"url":"([^"]+)","msg":"listening"/.exec(await readFile(log, 'utf8'))?.[1]
    if (url !== undefined) return Number(new URL(url).port)
    await sleep(100)
  }
  return undefined
}
