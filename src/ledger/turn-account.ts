import type { GatewayError } from '../turn/error.ts'
import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'
import { endOf, responseIdOf } from './account.ts'
import type { CountedResponse, LedgerTurn } from './account.ts'
import type { Batch, GroupedWrites } from './grouped-writes.ts'
import { promptCharacters, renewed } from './limits/reservation.ts'
import type { Reservation } from './limits/reservation.ts'
import type { LimitedTurns, OpenLimitedTurn } from './limits/turns.ts'

export interface TurnAccountParts {
  /** Where there are no limits for the turn. */
  turn: LedgerTurn
  request: TurnRequest
  writes: GroupedWrites
  /** Unix seconds. */
  now: () => number
  /** Billionths of a dollar. */
  costOf: (usage: Usage) => number
  /** Takes what was counted. */
  used: (usage: Usage) => void
  /** What is known of limits where there are any for the turn. */
  limited?: TurnLimits | undefined
}

export interface TurnLimits {
  turns: LimitedTurns
  turn: OpenLimitedTurn
  reservation: Reservation
  stop: (reason: GatewayError) => void
}

/** What one turn spends: an `Account`. */
export class TurnAccount {
  readonly #parts: TurnAccountParts
  #unknown = 0
  #latest: Usage | undefined
  #spared = false

  constructor(parts: TurnAccountParts) {
    this.#parts = parts
  }

  note(event: UsageEvent): void {
    if (event.type === 'usage.unknown') {
      this.#unknown += 1
      return
    }
    const { usage } = event
    const { turn, writes, now, costOf, used, limited } = this.#parts
    this.#latest = usage
    used(usage)
    const response = { id: responseIdOf(event), usage, cost: costOf(usage) }
    const isLast = event.calls === false && event.root_turn_id === undefined
    if (limited) return this.#noteLimited(response, limited, isLast)
    const at = now()
    const write = (batch: Batch) => void turn.count(batch, { ...response, at })
    void writes.addSooner(write, undefined, { patient: true }).catch(() => {})
  }

  async close(end: TurnEnd, thread: string | undefined): Promise<void> {
    const { turn, writes, now, costOf, limited } = this.#parts
    const unknown = this.#unknown
    const estimate = unknown === 0 ? 0 : unknown * this.#estimate()
    const estimateCost = estimate === 0 ? 0 : costOf({ ...noTokens, input_tokens: estimate })
    const close = { ...endOf(end), thread, unknown, estimate, estimateCost }
    if (limited) return limited.turns.close(limited.turn, close)
    const at = now()
    await writes.addSooner((batch) => turn.close(batch, { ...close, at }), undefined).catch(() => {})
  }

  /**
   * Every response is weighed against the limits at once, and what the turn has reserved is renewed. A turn whose answer is complete
   * is not stopped, but for one that goes on all the same.
   */
  #noteLimited(response: Omit<CountedResponse, 'at'>, limited: TurnLimits, isLast: boolean): void {
    const next = renewed(limited.reservation, response.usage, response.cost)
    limited.reservation = next
    void limited.turns
      .note(limited.turn, response, next)
      .then((reason) => {
        if (reason && !(isLast && !this.#spared)) limited.stop(reason)
        this.#spared ||= isLast
      })
      .catch(() => {})
  }

  /** Tokens that a response may have taken which codex did not report: the context has grown by the last one. */
  #estimate(): number {
    if (this.#latest) return this.#latest.input_tokens + this.#latest.output_tokens
    return Math.ceil(promptCharacters(this.#parts.request) / 3)
  }
}

const noTokens = { cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0 }
