import { z } from 'zod'
import type { TurnError } from '../turn/error.ts'
import { turnError } from './events.ts'

const id = z.string().regex(/^[\w-]{1,64}$/)

/** What the APIs that workers serve report; times are Unix milliseconds. */
const event = z.object({
  id: z.string().regex(/^evt_[0-9a-f]{32}$/),
  type: z.string().startsWith('agent.'),
  createdAt: z.number().int(),
  data: z.looseObject({ id: z.string() })
})

/** Webhook events of an owner whose sessions are on this worker, for a front end to send. They may come again, also at another one. */
export const toWebhooks = z.object({
  do: z.literal('webhooks'),
  worker: id,
  run: id,
  owner: z.string(),
  events: z.array(event).max(100)
})
export type ToWebhooks = z.output<typeof toWebhooks>
export type RelayedEvent = z.output<typeof event>

const answer = z.union([
  z.object({ stored: z.literal(true) }),
  z.object({ refused: turnError as unknown as z.ZodType<TurnError> })
])
export type WebhooksAnswer = z.output<typeof answer>

export const webhooksAnswerFrom = (value: unknown): WebhooksAnswer | undefined => answer.safeParse(value).data
