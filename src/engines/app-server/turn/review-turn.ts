import { within } from '../../../turn/deadline.ts'
import type { TurnBegin } from './begin.ts'
import { Milestone } from './milestone.ts'
import type { Params } from './notification.ts'

/** Milliseconds from the answer to `review/start` to `turn/started`, at most. */
const patience = 1_000

/**
 * A review has two ids (codex-cli 0.169): what is said of it has the one in the answer to `review/start`, but only the one in
 * `turn/started` can be interrupted.
 */
export class ReviewTurn {
  readonly #isReview: boolean
  #id: string | undefined
  readonly #started = new Milestone()

  constructor(method: TurnBegin['method']) {
    this.#isReview = method === 'review/start'
  }

  notified(method: string, { turn }: Params): void {
    if (!this.#isReview || method !== 'turn/started' || typeof turn?.id !== 'string') return
    this.#id = turn.id
    this.#started.reach()
  }

  /** The one to interrupt; undefined for a turn that is no review. */
  async innerId(): Promise<string | undefined> {
    if (this.#isReview) await within(patience, this.#started.reached)
    return this.#id
  }
}
