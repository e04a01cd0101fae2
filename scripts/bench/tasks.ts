/**
 * What tasks cost: to accept 1,000, to have them wait, to start with 10,000 that have ended, and more than a plain answer.
 *
 *     node scripts/build.mjs && node --import ./test/support/typescript.mjs scripts/bench/tasks.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Store } from '../../src/store/store.ts'
import { Tables } from '../../src/store/tables.ts'
import { tasksSchema } from '../../src/tasks/schema.ts'
import { startConfiguredGateway } from '../../test/support/configured-gateway.ts'
import { says } from '../../test/support/upstream/answer.ts'
import { mute } from '../../test/support/upstream/script.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'

const counts = { queued: 1_000, atOnce: 16, finished: 10_000, starts: 7, answers: 60 }
const token = 'cgw_bench-of-tasks-0123456789'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tasks-'))
  mkdirSync(join(folder, 'workspace'))
  folders.push(folder)
  return folder
}

const settings = (url: string) => ({
  CODEX_GATEWAY_TOKEN: token,
  CODEX_API_BASE_URL: url,
  CODEX_MODEL: 'gpt-5.5',
  CODEX_ENGINE: 'app-server',
  CODEX_PROFILE: 'bare'
})

async function post(url: string, path: string, body: object, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url.replace(/\/v1$/, path), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  })
  await response.text()
  return response.status
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
const shown = (values: number[]): string =>
  `${median(values).toFixed(1)} ms (${Math.min(...values).toFixed(1)} at best)`

/** One runs, whose model says nothing, and all others wait. */
async function queued(): Promise<string> {
  await using upstream = await startUpstream(mute)
  await using gateway = await startConfiguredGateway(newFolder(), {
    ...settings(upstream.url),
    CODEX_TASK_CONCURRENCY: '1'
  })
  const add = (number: number) => post(gateway.url, '/api/tasks', { prompt: `Number ${number}.` })
  await add(0)
  await upstream.requested()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  let next = 1
  const client = async () => {
    while (next <= counts.queued) if ((await add(next++)) !== 202) throw new Error('a task was refused')
  }
  await Promise.all(Array.from({ length: counts.atOnce }, client))
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await new Promise((resolve) => setTimeout(resolve, 500))
  collectGarbage()
  const heap = (process.memoryUsage().heapUsed - before) / 1e6
  return `${counts.queued} tasks accepted: ${Math.round(counts.queued / seconds)} a second, ${((user + system) / 1000 / counts.queued).toFixed(2)} ms of CPU each (both with the client in the same process), ${heap.toFixed(1)} MB of heap while they wait`
}

/** Milliseconds until `serve` listens. */
async function start(folder: string, url: string): Promise<number> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    CODEX_CLI_HOME: join(folder, 'home'),
    CODEX_WORKSPACE: join(folder, 'workspace'),
    CODEX_API_KEY: 'sk-none',
    ...settings(url)
  }
  const startedAt = performance.now()
  const main = join(import.meta.dirname, '../../dist/main.js')
  const child = spawn(process.execPath, [main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore']
  })
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('listening')) break
  const ms = performance.now() - startedAt
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
  return ms
}

function addFinished(folder: string): void {
  using store = new Store({ folder: join(folder, 'home', 'gateway') })
  const now = Date.now()
  new Tables(store, tasksSchema).transaction((connection) => {
    for (let number = 0; number < counts.finished; number++)
      connection.run(
        `INSERT INTO tasks (id, owner, workspace, status, created_at, ended_at, deadline, bytes, result)
         VALUES (?, 'anonymous', 'default', 'succeeded', ?, ?, ?, 100, '"Done."')`,
        ...[`task_${number}`, now, now, now + 1e9]
      )
  })
}

async function starts(): Promise<string> {
  await using upstream = await startUpstream(says('Hello.'))
  const [empty, full] = [newFolder(), newFolder()]
  await start(empty, upstream.url) // makes its home
  await start(full, upstream.url)
  addFinished(full)
  const [without, with_]: [number[], number[]] = [[], []]
  for (let number = 0; number < counts.starts; number++) {
    without.push(await start(empty, upstream.url))
    with_.push(await start(full, upstream.url))
  }
  return `start with ${counts.finished} tasks that have ended: ${shown(with_)}; with none: ${shown(without)}`
}

/** A task and a plain answer in turn, on the same codex. */
async function overhead(): Promise<string> {
  await using upstream = await startUpstream(says('Hello.'))
  await using gateway = await startConfiguredGateway(newFolder(), settings(upstream.url))
  const plain = () => post(gateway.url, '/v1/responses', { input: 'Say hello.', store: false })
  const task = () => post(gateway.url, '/api/tasks', { prompt: 'Say hello.' }, { prefer: 'wait=60' })
  const stored = () => post(gateway.url, '/v1/responses', { input: 'Say hello.' })
  const times: [number[], number[], number[]] = [[], [], []]
  for (let number = 0; number < counts.answers + 5; number++)
    for (const [index, ask] of [plain, stored, task].entries()) {
      const startedAt = performance.now()
      if ((await ask()) !== 200) throw new Error('it failed')
      if (number >= 5) times[index]!.push(performance.now() - startedAt)
    }
  const [plainly, persistently, asTask] = times
  return `an answer: plain ${shown(plainly)}, stored ${shown(persistently)}, as a task ${shown(asTask)}`
}

const load = () => `load ${loadavg()[0]?.toFixed(1)}`
for (const measure of [queued, starts, overhead]) console.log(`${await measure()} [${load()}]`)
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
process.exit(0)
