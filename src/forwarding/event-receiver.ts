import { GatewayError, turnErrorFrom } from '../turn/error.ts'
import { isWebhookEventType } from '../webhooks/event.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { ToWebhooks, WebhooksAnswer } from '../wire/webhooks.ts'
import type { Homes } from './homes.ts'

/** Stores the webhook events of workers, each for owners whose sessions are on it alone. */
export function eventReceiver(homes: Pick<Homes, 'holder'>, webhooks: Pick<Webhooks, 'receive'>) {
  return async ({ worker, owner, events }: ToWebhooks): Promise<WebhooksAnswer> => {
    if ((await homes.holder(owner)) !== worker) {
      const message = 'The sessions of these events’ owner are not on this worker.'
      return { refused: turnErrorFrom(new GatewayError('forbidden', message)) }
    }
    webhooks.receive(
      owner,
      events.flatMap(({ id, createdAt, type, data }) =>
        isWebhookEventType(type) ? { type, data, origin: { id, createdAt } } : []
      )
    )
    return { stored: true }
  }
}
