import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store } from '../../src/store/store.ts'
import type { TaskRecord } from '../../src/tasks/record.ts'
import type { TaskBounds } from '../../src/tasks/room.ts'
import { Seal } from '../../src/store/seal.ts'
import { TaskStore } from '../../src/tasks/task-store.ts'
import type { NewTask } from '../../src/tasks/task-store.ts'
import { Tables } from '../../src/store/tables.ts'
import { tasksSchema } from '../../src/tasks/schema.ts'
import { Tasks } from '../../src/tasks/tasks.ts'
import { contracted } from '../../src/turn/contract.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { Lifetimes } from '../../src/turn/lifetimes.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { Work } from '../../src/work/work.ts'

/** What a gateway does with tasks, on an engine that a test scripts. */
export interface TaskGateway {
  tasks: Tasks
  store: TaskStore
  lifetimes: Lifetimes
  /** Ends tasks that have been published, by id. */
  published: string[]
  /** As if its process was killed: others see that it is gone, and what it still does is its own. */
  die: () => void
}

export interface TaskGateways extends AsyncDisposable {
  start: (run: Run, running?: number, bounds?: Partial<TaskBounds>) => TaskGateway
}

export type Run = (request: TurnRequest, signal: AbortSignal) => AsyncIterable<TurnEvent>

const usual = { unfinished: 1e3, unfinishedPerOwner: 1e3, bytes: 1e9, bytesPerOwner: 1e9, finished: 1e3, ttlMs: 1e9 }

/** Gateways on one folder. */
export function startTaskGateways(): TaskGateways {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  const all: { store: Store; lifetimes: Lifetimes }[] = []
  return {
    start(run, running = 2, bounds = {}) {
      const store = new Store({ folder })
      const lifetimes = new Lifetimes()
      all.push({ store, lifetimes })
      const published: string[] = []
      const taskStore = new TaskStore(new Tables(store, tasksSchema), new Seal(join(folder, 'tasks.key')), {
        ...usual,
        ...bounds
      })
      const tasks = new Tasks({
        store: taskStore,
        engine: { run: contracted(run) },
        work: new Work(lifetimes, () => store.presence),
        isAlive: (mark) => store.presence.isAlive(mark),
        limits: { running, runningPerOwner: running },
        writeFiles: async () => folder,
        clear: () => {},
        ended: () => {},
        forget: () => {},
        publish: (_connection, { id }) => published.push(id)
      })
      tasks.start()
      const die = () => {
        void lifetimes.drain() // it looks for tasks no more
        store.presence[Symbol.dispose]()
      }
      return { tasks, store: taskStore, lifetimes, published, die }
    },
    async [Symbol.asyncDispose]() {
      for (const { lifetimes } of all) {
        lifetimes.end()
        await lifetimes.drain()
      }
      for (const { store } of all) store[Symbol.dispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

let made = 0

export function newTask(
  text: string,
  more: Partial<NewTask> & { retry?: 'safe' | 'never'; whenLimited?: 'wait' } = {}
): NewTask {
  const { retry = 'never', whenLimited = 'fail', ...others } = more
  return {
    ...{ id: `task_${++made}`, owner: 'one', workspace: 'default', deadline: Date.now() + 3_600_000, secrets: {} },
    order: { input: [{ type: 'text', text }], timeoutMs: 60_000, retry, whenLimited },
    ...others
  }
}

export const textOf = ({ input }: TurnRequest): string => (input[0]?.type === 'text' ? input[0].text : '')

export const begins = (thread = 'thread'): TurnEvent[] => [
  { type: 'turn.admitted', engine: 'app-server', queued_ms: 0 },
  { type: 'thread.started', thread_id: thread }
]

export const answers = (text: string): TurnEvent[] => [
  { type: 'item.completed', item: { id: 'm', type: 'agent_message', text } },
  { type: 'turn.completed' }
]

/** The task once it has ended. */
export const endOf = (gateway: TaskGateway, { id, owner }: Pick<TaskRecord, 'id' | 'owner'>): Promise<TaskRecord> =>
  gateway.tasks.ended(gateway.tasks.find(owner, id), 15_000, new AbortController().signal)
