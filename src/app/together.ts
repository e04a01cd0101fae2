import type { TakeAttempt } from '../access/attempts.ts'
import type { TakeRequest } from '../http/door/quota.ts'
import type { EndpointWriter } from '../webhooks/endpoints.ts'

/** What several front ends count and bound together. */
export interface Together {
  readonly takeRequest: TakeRequest
  readonly takeAttempt: TakeAttempt
  /** Adds webhook endpoints. */
  readonly endpointWriter: EndpointWriter
}
