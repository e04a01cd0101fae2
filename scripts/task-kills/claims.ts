import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Store } from '../../src/store/store.ts'
import { taskEventsAfter } from '../../src/tasks/event-store.ts'
import { hasEnded } from '../../src/tasks/record.ts'
import type { TaskStore } from '../../src/tasks/task-store.ts'
import { checked } from './check.ts'
import type { Ended } from './check.ts'
import type { Report } from './report.ts'
import { taskStoreIn } from './task-store.ts'

interface Bundler {
  bundleInto: (folder: string, input: Record<string, string>) => Promise<void>
}

const bundler = '../build.mjs'
/** Where its packages are found. */
const built = join(import.meta.dirname, '../../node_modules/.cache/task-claims')
/** Milliseconds from one kill to the next. */
const pause = () => 20 + Math.random() * 180
/** Tasks that wait or run at any time. */
const unfinished = 20

/** Two processes run the tasks of one folder; one of them at a time is killed and replaced. */
export async function claims(wanted: number, early: AbortSignal): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'task-claims-'))
  const { bundleInto } = (await import(bundler)) as Bundler
  await bundleInto(built, { claimer: join(import.meta.dirname, 'claimer.ts') })
  const startedAt = performance.now()
  const markers = join(folder, 'markers')
  const store = taskStoreIn(new Store({ folder }), folder)
  const ids: string[] = []
  const processes = [await started(folder), await started(folder)]
  let kills = 0
  for (; kills < wanted && !early.aborted; kills++) {
    while (waiting(store) < unfinished) ids.push(add(store, ids.length))
    await sleep(pause())
    const index = kills % 2
    await ended(processes[index]!, 'SIGKILL')
    processes[index] = await started(folder)
  }
  while (waiting(store) > 0) await sleep(50)
  for (const one of processes) await ended(one, 'SIGTERM')
  const written = existsSync(markers) ? (await readFile(markers, 'utf8')).split('\n').filter(Boolean) : []
  const report = checked(
    ids.map((id) => endOf(store, id)),
    written
  )
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return { ...report, kills, seconds: (performance.now() - startedAt) / 1000, leaked: [], unsent: [], left: [] }
}

const waiting = (store: TaskStore): number =>
  store.tables.use((connection) => Number(connection.get('SELECT count(*) FROM tasks WHERE ended_at IS NULL')?.[0]))

/** Every third one may go on after its process was killed. */
function add(store: TaskStore, number: number): string {
  const retry = number % 3 === 0 ? 'safe' : 'never'
  const id = `task_${number}`
  const order = { input: [{ type: 'text', text: id } as const], timeoutMs: 60_000, retry, whenLimited: 'fail' } as const
  const task = { id, owner: `owner-${number % 4}`, workspace: 'default', deadline: Date.now() + 3_600_000, secrets: {} }
  return store.add({ ...task, order: { ...order, input: [...order.input] } }).id
}

function endOf(store: TaskStore, id: string): Ended {
  const task = store.find(id)
  if (!task) return { id, marker: id, how: 'missing', ends: 1 }
  const ends = taskEventsAfter(store.tables, task.sequence, 0).filter(({ type }) =>
    /succeeded|failed/.test(type)
  ).length
  return { id, marker: id, how: hasEnded(task.status) ? (task.error?.class ?? task.status) : 'unfinished', ends }
}

async function started(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(built, 'claimer.js'), folder], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.exitCode !== null) throw new Error(`a process that runs tasks has ended by itself (${child.exitCode})`)
  return child
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
