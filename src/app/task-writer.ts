import type { Change } from '../store/shared.ts'
import type { Seal } from '../store/seal.ts'
import type { NewTask } from '../tasks/task-store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { TaskWriter } from '../tasks/writer.ts'
import type { LeaderCall, LeaderCalls } from './leader-calls.ts'
import type { Leadership } from './leadership.ts'
import { unusableError } from './shared-claims.ts'
import type { ReplicatedStore } from './shared-store.ts'

export interface SharedTasksOptions {
  shared: Pick<ReplicatedStore, 'settled' | 'fresh'>
  leadership: Pick<Leadership, 'leader'>
  calls: LeaderCalls
}

/** Tasks over several front ends: the one that leads writes and runs them, and the others ask it. All of them can read them. */
export class SharedTasks implements TaskWriter {
  readonly #options: SharedTasksOptions
  #tasks: Tasks | undefined
  #seal: Seal | undefined
  /** The mark of the leader whose key this one has. */
  #keyOf: string | undefined

  constructor(options: SharedTasksOptions) {
    this.#options = options
    const { calls } = options
    calls.on('key', () => this.#opened.seal.key)
    calls.on('create', async ({ task }) => (await this.#opened.tasks.submit(task as NewTask)).id)
    calls.on('cancel', (asked) => this.#opened.tasks.endSoon(idOf(asked)))
    calls.on('delete', (asked) => this.#opened.tasks.remove(idOf(asked)))
  }

  /** To be called once, with what this front end reads and runs tasks with. */
  open(tasks: Tasks, seal: Seal): void {
    this.#tasks = tasks
    this.#seal = seal
  }

  get isHere(): boolean {
    return this.#options.calls.isHere
  }

  settled(): Promise<void> {
    return this.#options.shared.settled()
  }

  /** Fetches the key of the one that leads, unless this one has it. It goes from front end to front end; no broker stores it. */
  async ready(): Promise<void> {
    const { leader } = this.#options.leadership
    if (this.isHere || (leader !== undefined && leader === this.#keyOf)) return
    this.#seal?.replaceKey(String(await this.#ask({ op: 'key' })))
    this.#keyOf = leader
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

  get #opened(): { tasks: Tasks; seal: Seal } {
    if (!this.#tasks || !this.#seal) throw unusableError('it is starting')
    return { tasks: this.#tasks, seal: this.#seal }
  }
}

const idOf = ({ id }: LeaderCall): string => String(id)
