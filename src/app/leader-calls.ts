import { z } from 'zod'
import type { OtherFronts } from '../engines/brokered/other-fronts.ts'
import { errorOf, turnErrorFrom } from '../turn/error.ts'
import type { TurnError } from '../turn/error.ts'
import type { Leadership } from './leadership.ts'
import { unusableError } from './shared-claims.ts'
import type { ReplicatedStore } from './shared-store.ts'

export interface LeaderCallsOptions {
  shared: Pick<ReplicatedStore, 'settled'>
  leadership: Pick<Leadership, 'isLeading' | 'leader'>
  others: Pick<OtherFronts, 'ask' | 'onAsk'>
  mark: () => string
}

const request = z.looseObject({ op: z.string() })
export type LeaderCall = z.output<typeof request>
const answer = z.union([z.object({ value: z.unknown() }), z.object({ error: z.record(z.string(), z.unknown()) })])

/** What front ends ask the one of them that leads. It answers when what it has written is stored for all. */
export class LeaderCalls {
  readonly #options: LeaderCallsOptions
  readonly #handlers = new Map<string, (asked: LeaderCall) => unknown>()

  constructor(options: LeaderCallsOptions) {
    this.#options = options
    options.others.onAsk = (asked) => this.#answer(asked)
  }

  get isHere(): boolean {
    return this.#options.leadership.isLeading
  }

  /** What does such a call, where this gateway leads. Its arguments come from another gateway, which has checked them. */
  on(op: string, handle: (asked: LeaderCall) => unknown): void {
    this.#handlers.set(op, handle)
  }

  /** Resolves to JSON. Rejects with the `GatewayError` of the one that leads, or with `overloaded` where it cannot be asked: it may have done it. */
  async ask(asked: LeaderCall): Promise<unknown> {
    if (this.isHere) return this.#do(asked)
    const { leadership, others, mark } = this.#options
    const { leader } = leadership
    if (leader === undefined || leader === mark()) throw unusableError('nobody leads')
    const { data } = answer.safeParse(await others.ask(leader, asked).catch((error: unknown) => ({ cause: error })))
    if (!data) throw unusableError('the one that leads does not answer')
    if ('error' in data) throw errorOf(data.error as unknown as TurnError) // another gateway made it
    return data.value
  }

  async #answer(asked: unknown): Promise<unknown> {
    try {
      return { value: (await this.#do(request.parse(asked))) ?? null }
    } catch (error) {
      return { error: turnErrorFrom(error) }
    }
  }

  /** One that leads no more when it is stored has not done it: nobody takes its word. */
  async #do(asked: LeaderCall): Promise<unknown> {
    const handle = this.#handlers.get(asked.op)
    if (!this.isHere || !handle) throw unusableError('this one does not lead')
    const value = await handle(asked)
    await this.#options.shared.settled()
    if (!this.isHere) throw unusableError('this one does not lead any more')
    return value
  }
}
