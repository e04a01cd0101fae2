import type { Change } from '../store/shared.ts'
import type { Seal } from '../store/seal.ts'
import type { NewTask } from '../tasks/task-store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { TaskWriter } from '../tasks/writer.ts'
import type { LeaderCall, LeaderCalls } from './leader-calls.ts'
import { unusableError } from './shared-claims.ts'
import type { SharedSeal } from './shared-seal.ts'
import type { ReplicatedStore } from './shared-store.ts'

export interface SharedTasksOptions {
  shared: Pick<ReplicatedStore, 'settled' | 'fresh'>
  sharedSeal: SharedSeal
  calls: LeaderCalls
}

/** Tasks over several front ends: the one that leads writes and runs them, and the others ask it. All of them can read them. */
export class SharedTasks implements TaskWriter {
  readonly #options: SharedTasksOptions
  #tasks: Tasks | undefined

  constructor(options: SharedTasksOptions) {
    this.#options = options
    const { calls } = options
    calls.on('create', async ({ task }) => (await this.#opened.submit(task as NewTask)).id)
    calls.on('cancel', (asked) => this.#opened.endSoon(idOf(asked)))
    calls.on('delete', (asked) => this.#opened.remove(idOf(asked)))
  }

  /** To be called once, with what this front end reads and runs tasks with. */
  open(tasks: Tasks): void {
    this.#tasks = tasks
  }

  /** Seals what is secret in tasks. */
  get seal(): Seal {
    return this.#options.sharedSeal.seal
  }

  get isHere(): boolean {
    return this.#options.calls.isHere
  }

  settled(): Promise<void> {
    return this.#options.shared.settled()
  }

  ready(): Promise<void> {
    return this.#options.sharedSeal.ready()
  }

  async create(task: NewTask): Promise<string> {
    return String(await this.#ask({ op: 'create', task }))
  }

  async cancel(id: string): Promise<void> {
    await this.#ask({ op: 'cancel', id })
  }

  async delete(id: string): Promise<void> {
    await this.#ask({ op: 'delete', id })
  }

  /** Called when another gateway's change is here. */
  applied({ table, row }: Change): void {
    if (table === 'tasks' && typeof row?.['id'] === 'string') this.#tasks?.changed(row['id'])
  }

  /** Called when another one leads: what runs here ends. */
  stopped(): void {
    this.#tasks?.halt()
  }

  /** What was done is here when it resolves. */
  async #ask(asked: LeaderCall): Promise<unknown> {
    const value = await this.#options.calls.ask(asked)
    await this.#options.shared.fresh()
    return value
  }

  get #opened(): Tasks {
    if (!this.#tasks) throw unusableError('it is starting')
    return this.#tasks
  }
}

const idOf = ({ id }: LeaderCall): string => String(id)
