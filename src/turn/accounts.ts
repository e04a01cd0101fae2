import type { GatewayError } from './error.ts'
import type { TurnEnd, UsageEvent } from './event.ts'
import type { TurnRequest } from './request.ts'

/** Where turns are accounted for. */
export interface Accounts {
  /** Why a turn must not even wait for a slot: it could not begin as things are. Throws a `GatewayError` where that cannot be known. */
  refusal(request: TurnRequest): GatewayError | undefined
  /**
   * Resolves when what the turn may spend is reserved. Rejects with a `GatewayError` where it must not begin. `stop` is called
   * when it must not go on.
   */
  open(request: TurnRequest, engine: string, stop: (reason: GatewayError) => void): Promise<Account>
  /** Whether each response must be counted as it comes, which exec does not do. */
  countsEach?(request: TurnRequest): boolean
}

/** What one turn spends. */
export interface Account {
  note(event: UsageEvent): void
  /** Called once, after the last event about tokens. Resolves when everything is stored; never rejects. */
  close(end: TurnEnd, threadId: string | undefined): Promise<void>
}
