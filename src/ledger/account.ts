import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import type { Usage } from '../turn/usage.ts'
import type { Batch } from './grouped-writes.ts'
import { sumsOf } from './sums.ts'

/** One turn in the ledger. Its methods are called inside a transaction, and may be called again after one that was rolled back. */
export class LedgerTurn {
  #id = 0
  #group = 0
  /** Among the requests; it is when it ends. */
  #isCounted = false

  get id(): number {
    return this.#id
  }

  get group(): number {
    return this.#group
  }

  /** Stores that it begins. */
  open({ connection, sums }: Batch, { group, process, at, reserved }: TurnBegin): void {
    this.#group = group
    this.#isCounted = reserved.tokens > 0
    const [id] = connection.get(insertTurn, group, process, at, reserved.tokens, reserved.cost) ?? []
    this.#id = Number(id)
    if (this.#isCounted) sums.add(group, at, { requests: 1 }) // a limit may be on them
  }

  /** Stores the tokens of a response, once however often it is reported. */
  count({ connection, sums }: Batch, { id, at, usage, cost }: CountedResponse): boolean {
    const { input, cached = 0, cache_write = 0, output, reasoning = 0 } = sumsOf(usage, cost)
    const row = [input ?? 0, cached, cache_write, output ?? 0, reasoning, cost]
    if (connection.run(insertResponse, this.#id, id, at, ...row) === 0) return false
    sums.add(this.#group, at, sumsOf(usage, cost))
    return true
  }

  /** Sets aside what it may still take. */
  reserve({ connection }: Batch, { tokens, cost }: { tokens: number; cost: number }): void {
    connection.run(reserveMore, tokens, cost, this.#id)
  }

  /** Stores how it ended, once; what it reserved is free. */
  close({ connection, sums }: Batch, { at, end, thread, unknown, estimate, estimateCost }: TurnClose): void {
    const cause =
      end.type === 'turn.failed' ? end.error.code : end.type === 'turn.interrupted' ? end.reason : (end.cut ?? null)
    const values = [at, end.type.slice('turn.'.length), cause, thread ?? null, unknown, estimate, estimateCost]
    if (connection.run(closeTurn, ...values, this.#id) === 0) return
    if (this.#isCounted && unknown === 0) return
    sums.add(this.#group, at, { requests: this.#isCounted ? 0 : 1, unknown, estimate, estimate_cost: estimateCost })
  }
}

export interface TurnBegin {
  group: number
  process: number
  at: number
  reserved: { tokens: number; cost: number }
}

/** A response as it is counted: its id in the turn, Unix seconds, and billionths of a dollar. */
export interface CountedResponse {
  id: string
  at: number
  usage: Usage
  cost: number
}

export interface TurnClose {
  at: number
  end: TurnEnd
  thread: string | undefined
  unknown: number
  estimate: number
  estimateCost: number
}

/** What a response is called inside its turn: ids are unique in a thread, and the threads of sub-agents are others. */
export function responseIdOf(event: UsageEvent & { type: 'usage.counted' }): string {
  return event.root_turn_id === undefined ? event.response_id : `${event.thread_id} ${event.response_id}`
}

const insertTurn =
  'INSERT INTO ledger_turns (grp, process, at, reserved, reserved_cost) VALUES (?, ?, ?, ?, ?) RETURNING id'
const insertResponse = `INSERT INTO ledger_responses (turn, response, at, input, cached, cache_write, output, reasoning, cost)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM ledger_turns WHERE id = ?1) ON CONFLICT DO NOTHING`
const reserveMore = 'UPDATE ledger_turns SET reserved = ?, reserved_cost = ? WHERE id = ? AND ended_at IS NULL'
const closeTurn = `UPDATE ledger_turns SET ended_at = ?, end = ?, cause = ?, thread = ?, unknown = ?, estimate = ?, estimate_cost = ?
  WHERE id = ? AND ended_at IS NULL`
