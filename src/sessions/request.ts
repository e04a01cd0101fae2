/** What those who watch a session can say to a question of codex. */
export type Decision = 'accept' | 'acceptForSession' | 'decline' | 'cancel'

/** A question of codex's. `params` are app-server's. Times are Unix milliseconds. */
export interface SessionRequest {
  requestId: string
  method: string
  params: object
  status: 'pending' | 'answered' | 'expired' | 'cancelled'
  /** Declined when it is not answered before. */
  deadline: number
  /** What may be said; none where answers are wanted. */
  decisions: readonly Decision[]
  handled: boolean
  decision: Decision | null
  /** The name of a principal. */
  answeredBy: string | null
  /** What codex was answered. */
  result: unknown
  error: null
}
