import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import type { Usage } from '../turn/usage.ts'
import type { Batch } from './grouped-writes.ts'
import { sumsOf } from './sums.ts'

/** One turn in the ledger. Its methods are called inside a transaction, and may be called again after one that was rolled back. */
export class LedgerTurn {
  #id: number
  #group: number
  /** Among the requests; it is when it ends. */
  #isCounted: boolean

  /** `known`: one that was opened before, with limits, and the group that counts what it takes from now on. */
  constructor(known?: { id: number; group: number }) {
    this.#id = known?.id ?? 0
    this.#group = known?.group ?? 0
    this.#isCounted = known !== undefined
  }

  get id(): number {
    return this.#id
  }

  /** Stores that it begins. */
  open({ connection, sums }: Batch, { id, group, process, at, reserved }: TurnBegin): void {
    this.#group = group
    this.#isCounted = reserved.tokens > 0
    const [given] = connection.get(insertTurn, id, group, process, at, reserved.tokens, reserved.cost) ?? []
    this.#id = Number(given)
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
  close({ connection, sums }: Batch, { at, end, cause, thread, unknown, estimate, estimateCost }: TurnClose): void {
    const values = [at, end, cause, thread ?? null, unknown, estimate, estimateCost]
    if (connection.run(closeTurn, ...values, this.#id) === 0) return
    if (this.#isCounted && unknown === 0) return
    sums.add(this.#group, at, { requests: this.#isCounted ? 0 : 1, unknown, estimate, estimate_cost: estimateCost })
  }

  /** It did not begin after all: it is as if it had never been asked for. */
  withdraw({ connection, sums }: Batch): void {
    const [at] =
      connection.get('DELETE FROM ledger_turns WHERE id = ? AND ended_at IS NULL RETURNING at', this.#id) ?? []
    if (at !== undefined) sums.add(this.#group, Number(at), { requests: -1 })
  }
}

export interface TurnBegin {
  /** `null`: the database gives it one. */
  id: number | null
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
  /** `completed`, `failed` or `interrupted`, and why. */
  end: string
  cause: string | null
  thread: string | undefined
  unknown: number
  estimate: number
  estimateCost: number
}

/** How a turn has ended, as it is stored. */
export function endOf(end: TurnEnd): Pick<TurnClose, 'end' | 'cause'> {
  const cause =
    end.type === 'turn.failed' ? end.error.code : end.type === 'turn.interrupted' ? end.reason : (end.cut ?? null)
  return { end: end.type.slice('turn.'.length), cause }
}

/** What a response is called inside its turn: ids are unique in a thread, and the threads of sub-agents are others. */
export function responseIdOf(event: UsageEvent & { type: 'usage.counted' }): string {
  return event.root_turn_id === undefined ? event.response_id : `${event.thread_id} ${event.response_id}`
}

const insertTurn =
  'INSERT INTO ledger_turns (id, grp, process, at, reserved, reserved_cost) VALUES (?, ?, ?, ?, ?, ?) RETURNING id'
const insertResponse = `INSERT INTO ledger_responses (turn, response, at, input, cached, cache_write, output, reasoning, cost)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM ledger_turns WHERE id = ?1) ON CONFLICT DO NOTHING`
const reserveMore = 'UPDATE ledger_turns SET reserved = ?, reserved_cost = ? WHERE id = ? AND ended_at IS NULL'
const closeTurn = `UPDATE ledger_turns SET ended_at = ?, end = ?, cause = ?, thread = ?, unknown = ?, estimate = ?, estimate_cost = ?
  WHERE id = ? AND ended_at IS NULL`
