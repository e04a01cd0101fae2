import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Changes } from '../../test/support/changes.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import type { Upstream } from '../../test/support/upstream/upstream.ts'
import { answerTo } from './model.ts'

export const token = 'sk-soak-0123456789abcdefghijkl'

/** A built gateway with the real codex, in folders of its own, on a scripted model provider. */
export interface SoakedGateway extends AsyncDisposable {
  pid: number
  url: string
  /** Its temporary files, and codex's home. */
  temp: string
  home: string
  upstream: Upstream
  /** What should not have happened, of all that it has logged. */
  bugs: () => string[]
  /** Turns that hold a slot or wait. */
  busy: () => Promise<number>
}

interface Line {
  msg: string
  level: string
  url?: string
}

/** `settings` are added to its own. */
export async function startGateway(settings: Record<string, string> = {}): Promise<SoakedGateway> {
  const upstream = await startUpstream(answerTo, { kept: 10 })
  const folder = await mkdtemp(join(tmpdir(), 'soak-'))
  const [home, temp, workspace] = ['home', 'temp', 'workspace'].map((name) => join(folder, name)) as [
    string,
    string,
    string
  ]
  await Promise.all([home, temp, workspace].map((path) => mkdir(path, { mode: 0o700 })))
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    TMPDIR: temp,
    CODEX_CLI_HOME: home,
    CODEX_WORKSPACE: workspace,
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-soak-provider',
    CODEX_SANDBOX: 'danger-full-access',
    CODEX_THREAD_TTL_HOURS: '0',
    CODEX_MAX_QUEUE: '8',
    CODEX_TIMEOUT_SECONDS: '10',
    ...settings
  }
  const collect = join(import.meta.dirname, 'collect.mjs')
  const main = join(import.meta.dirname, '../../dist/main.js')
  const child = spawn(process.execPath, ['--expose-gc', '--import', collect, main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore']
  })
  const log = await listeningLog(child)
  return {
    pid: child.pid!,
    url: log.url,
    temp,
    home,
    upstream,
    bugs: log.bugs,
    busy: () => busy(log.url),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      if (child.exitCode === null) child.kill('SIGTERM')
      if (child.exitCode === null) await ended
      await upstream[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

async function listeningLog(child: ChildProcess): Promise<{ url: string; bugs: () => string[] }> {
  const changes = new Changes()
  const bugs: string[] = []
  let url: string | undefined
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const { msg, level, url: listening } = JSON.parse(line) as Line
    if (msg === 'listening') url = listening
    if (msg === 'failure' || level === 'fatal') bugs.push(line)
    changes.happened()
  })
  child.once('exit', () => changes.happened())
  await changes.until(() => url !== undefined || child.exitCode !== null)
  if (url === undefined) throw new Error('The gateway did not start.')
  return { url, bugs: () => bugs }
}

async function busy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  return [...text.matchAll(/^codex_gateway_turns_(?:active|waiting) (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0
  )
}
