import { GatewayError } from '../../turn/error.ts'
import { LedgerTurn } from '../account.ts'
import type { CountedResponse, TurnClose } from '../account.ts'
import type { Group } from '../group.ts'
import type { Batch, GroupedWrites } from '../grouped-writes.ts'
import { expected } from './reservation.ts'
import type { Reservation } from './reservation.ts'
import type { AppliedRule } from './rule.ts'
import type { LimitState } from './state.ts'
import type { LimitedTurns, NewLimitedTurn, OpenLimitedTurn } from './turns.ts'
import { refusalOf, stopOf } from './verdict.ts'

export interface CountedTurnsParts {
  writes: GroupedWrites
  /** Unix seconds. */
  now: () => number
  /** Billionths of a dollar for a token of a group. */
  priceOf: (group: Group) => number
  rulesFor: (group: Group) => readonly AppliedRule[]
  /** How far rules are used, inside a transaction; `except`: a turn that is left out of what is reserved. */
  statesOf: (batch: Batch, rules: readonly AppliedRule[], except?: number) => LimitState[]
  /** Takes how far they are used after a response, inside the transaction that counts it. */
  counted: (batch: Batch, states: readonly LimitState[], group: Group) => void
}

/** Turns with limits, counted in this store. */
export class CountedTurns implements LimitedTurns {
  readonly #parts: CountedTurnsParts

  constructor(parts: CountedTurnsParts) {
    this.#parts = parts
  }

  /** Asked again about a turn that is open, it is as the first time. */
  async open(turn: NewLimitedTurn): Promise<Reservation & { id: number }> {
    const opened = await this.#parts.writes.add((batch) => openTurn(batch, turn.id) ?? this.#admit(batch, turn))
    if (opened instanceof GatewayError) throw opened
    return opened
  }

  note(
    turn: OpenLimitedTurn,
    response: Omit<CountedResponse, 'at'>,
    next: Reservation
  ): Promise<GatewayError | undefined> {
    const { writes, now, rulesFor, statesOf, counted } = this.#parts
    const at = now()
    const write = (batch: Batch) => {
      const row = turnIn(batch, turn)
      row.count(batch, { ...response, at })
      row.reserve(batch, next)
      const states = statesOf(batch, rulesFor(turn.group), turn.id)
      counted(batch, states, turn.group)
      return stopOf(states, next, now())
    }
    return writes.addSooner<GatewayError | undefined>(write, undefined)
  }

  async close(turn: OpenLimitedTurn, close: Omit<TurnClose, 'at'>): Promise<void> {
    const at = this.#parts.now()
    const write = (batch: Batch) => turnIn(batch, turn).close(batch, { ...close, at })
    await this.#parts.writes.addSooner(write, undefined).catch(() => {})
  }

  /** It did not begin, though it may have been opened. */
  async withdraw(turn: OpenLimitedTurn): Promise<void> {
    await this.#parts.writes.addSooner((batch) => turnIn(batch, turn).withdraw(batch), undefined)
  }

  #admit(batch: Batch, { id, group, process, prompt }: NewLimitedTurn): (Reservation & { id: number }) | GatewayError {
    const { now, priceOf, rulesFor, statesOf } = this.#parts
    const { connection, groups } = batch
    const at = now()
    const own = groups.of(connection, group, true)
    const wanted = expected(connection, own, prompt, { now: at, price: priceOf(group) })
    const refusal = refusalOf(statesOf(batch, rulesFor(group)), wanted, at)
    if (refusal) return refusal
    const turn = new LedgerTurn()
    turn.open(batch, { id, group: own, process: groups.process(connection, process), at, reserved: wanted })
    return { id: turn.id, ...wanted }
  }
}

const turnIn = ({ connection, groups }: Batch, { id, group }: OpenLimitedTurn) =>
  new LedgerTurn({ id, group: groups.of(connection, group, true) })

/** What is reserved for a turn that was opened before: the one that asks did not get the answer. */
function openTurn({ connection }: Batch, id: number | null): (Reservation & { id: number }) | undefined {
  const [tokens, cost] = id === null ? [] : (connection.get(openSql, id) ?? [])
  return id === null || tokens === undefined ? undefined : { id, tokens: Number(tokens), cost: Number(cost) }
}

const openSql = 'SELECT reserved, reserved_cost FROM ledger_turns WHERE id = ?'
