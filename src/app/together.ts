import type { TakeAttempt } from '../access/attempts.ts'
import type { TakeRequest } from '../http/door/quota.ts'
import type { EndpointWriter } from '../webhooks/endpoints.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** What several front ends count and bound together. */
export interface Together {
  readonly takeRequest: TakeRequest
  readonly takeAttempt: TakeAttempt
  /** Adds webhook endpoints. */
  readonly endpointWriter: EndpointWriter
  /** Gives these webhooks what happens at workers. */
  readonly relayTo: (webhooks: Pick<Webhooks, 'receive'>) => void
}
