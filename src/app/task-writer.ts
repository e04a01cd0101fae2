import { z } from 'zod'
import type { OtherFronts } from '../engines/brokered/other-fronts.ts'
import type { Change } from '../store/shared.ts'
import type { Seal } from '../store/seal.ts'
import type { NewTask } from '../tasks/task-store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { TaskWriter } from '../tasks/writer.ts'
import { errorOf, turnErrorFrom } from '../turn/error.ts'
import type { TurnError } from '../turn/error.ts'
import type { Leadership } from './leadership.ts'
import { unusableError } from './shared-claims.ts'
import type { ReplicatedStore } from './shared-store.ts'

export interface SharedTasksOptions {
  shared: ReplicatedStore
  leadership: Pick<Leadership, 'isLeading' | 'leader'>
  others: Pick<OtherFronts, 'ask' | 'onAsk'>
  mark: () => string
}

const request = z.discriminatedUnion('op', [
  z.object({ op: z.literal('key') }),
  z.object({ op: z.literal('create'), task: z.record(z.string(), z.unknown()) }),
  z.object({ op: z.enum(['cancel', 'delete']), id: z.string() })
])
const answer = z.union([z.object({ value: z.unknown() }), z.object({ error: z.record(z.string(), z.unknown()) })])

/** Tasks over several front ends: the one that leads writes and runs them, and the others ask it. All of them can read them. */
export class SharedTasks implements TaskWriter {
  readonly #options: SharedTasksOptions
  #tasks: Tasks | undefined
  #seal: Seal | undefined
  /** The mark of the leader whose key this one has. */
  #keyOf: string | undefined

  constructor(options: SharedTasksOptions) {
    this.#options = options
  }

  /** To be called once, with what this front end reads and runs tasks with. */
  open(tasks: Tasks, seal: Seal): void {
    this.#tasks = tasks
    this.#seal = seal
    this.#options.others.onAsk = (asked) => this.#answer(asked)
  }

  get isHere(): boolean {
    return this.#options.leadership.isLeading
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
    this.#options.shared.follow()
    this.#tasks?.halt()
  }

  async #ask(asked: object): Promise<unknown> {
    const { leadership, others, shared } = this.#options
    const { leader } = leadership
    if (leader === undefined || leader === this.#options.mark()) throw unusableError('nobody leads')
    const { data } = answer.safeParse(await others.ask(leader, asked).catch((error: unknown) => ({ cause: error })))
    if (!data) throw unusableError('the one that leads does not answer')
    if ('error' in data) throw errorOf(data.error as unknown as TurnError) // another gateway made it
    await shared.fresh()
    return data.value
  }

  async #answer(asked: unknown): Promise<unknown> {
    try {
      if (!this.isHere || !this.#tasks || !this.#seal) throw unusableError('this one does not lead')
      const value = await this.#do(request.parse(asked), this.#tasks, this.#seal)
      await this.settled()
      return { value: value ?? null }
    } catch (error) {
      return { error: turnErrorFrom(error) }
    }
  }

  async #do(asked: z.output<typeof request>, tasks: Tasks, seal: Seal): Promise<unknown> {
    switch (asked.op) {
      case 'key':
        return seal.key
      case 'create':
        return (await tasks.submit(asked.task as unknown as NewTask)).id // another gateway has checked it
      case 'cancel':
        return tasks.endSoon(asked.id)
      case 'delete':
        return tasks.remove(asked.id)
    }
  }
}
