import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Seal } from '../../src/store/seal.ts'
import type { WebhookEvent, WebhookTarget } from '../../src/webhooks/event.ts'
import { Webhooks } from '../../src/webhooks/webhooks.ts'
import type { WebhooksOptions } from '../../src/webhooks/webhooks.ts'
import { opened } from '../store/opened.ts'
import type { Receiver } from './receiver.ts'

/** The operator's. */
export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
export const ended = (id: string): WebhookEvent => ({ type: 'response.completed', data: { id } })

/** Webhooks on a store in `folder`, to one receiver, with what they log. */
export function startWebhooks(folder: string, receiver: Receiver, options: Partial<WebhooksOptions> = {}) {
  const { store, lines } = opened(folder)
  const webhooks = new Webhooks({
    ...{
      store,
      seal: new Seal(join(folder, 'key')),
      hosts: [`127.0.0.1:${receiver.port}`],
      secret,
      nameOf: (owner: string) => `name of ${owner}`
    },
    ...options
  })
  onTestFinished(() => webhooks[Symbol.asyncDispose]())
  const publish = (owner: string, event: WebhookEvent, target?: WebhookTarget) =>
    store.transaction((connection) => webhooks.publish(connection, owner, event, target))
  const waiting = () =>
    store.use((connection) => connection.all('SELECT owner, attempts, holder FROM webhook_deliveries'))
  return { store, lines, webhooks, publish, waiting }
}
