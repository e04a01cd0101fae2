import type { GatewayError } from '../../turn/error.ts'
import type { CountedResponse, TurnClose } from '../account.ts'
import type { Group } from '../group.ts'
import type { ProcessName } from '../ids.ts'
import type { Prompt, Reservation } from './reservation.ts'

/** A turn that has limits; plain JSON. `id`: `null` where the store is to give it one. */
export interface NewLimitedTurn {
  id: number | null
  group: Group
  process: ProcessName
  /** What its estimate begins with. */
  prompt: Prompt
}

export interface OpenLimitedTurn {
  id: number
  group: Group
}

/** Where turns with limits are counted: here, or at the one of several gateways that decides for all of them. */
export interface LimitedTurns {
  /** Resolves to what is reserved for it. Rejects with a `GatewayError` where it must not begin. */
  open(turn: NewLimitedTurn): Promise<Reservation & { id: number }>
  /** Counts a response, once, and resolves to why the turn must not go on. `next`: what is reserved from now on. */
  note(
    turn: OpenLimitedTurn,
    response: Omit<CountedResponse, 'at'>,
    next: Reservation
  ): Promise<GatewayError | undefined>
  /** Resolves when it is stored, if it can be; never rejects. */
  close(turn: OpenLimitedTurn, close: Omit<TurnClose, 'at'>): Promise<void>
}
