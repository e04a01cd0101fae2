import type { TurnEvent } from './event.ts'
import type { TurnRequest } from './request.ts'

/** Sees what the turns of a request were asked and what came of it. `id` is the request's. */
export interface TurnListener {
  onRequest(id: string, request: TurnRequest): void
  onEvent(id: string, event: TurnEvent): void
}
