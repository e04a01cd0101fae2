import { randomBytes } from 'node:crypto'

/** What receivers can be informed of: the ends of background responses, as OpenAI names them, and of tasks, limits that are nearly or wholly used, and sessions of the Agents API. */
export const webhookEventTypes = [
  'response.completed',
  'response.failed',
  'response.cancelled',
  'response.incomplete',
  'task.succeeded',
  'task.failed',
  'task.cancelled',
  'usage.threshold_reached',
  'usage.limit_reached',
  'agent.session.created',
  'agent.session.in_progress',
  'agent.session.idle',
  'agent.session.action_required',
  'agent.session.failed',
  'agent.environment.ready',
  'agent.environment.failed'
] as const

export type WebhookEventType = (typeof webhookEventTypes)[number]

export const isWebhookEventType = (type: string): type is WebhookEventType =>
  webhookEventTypes.some((known) => known === type)

/** Something that has happened to what has this id. */
export interface WebhookEvent {
  type: WebhookEventType
  data: { id: string } & Readonly<Record<string, unknown>>
  /** Of one that happened on another machine, and may be reported more than once; Unix milliseconds. */
  origin?: { id: string; createdAt: number } | undefined
}

/** A receiver that one request names for itself. */
export interface WebhookTarget {
  url: string
  /** Left out: the operator's. */
  secret?: string | undefined
}

/** The event as it is sent, in OpenAI's form. */
export function bodyOf({ type, data, origin }: WebhookEvent, now = Date.now()): string {
  const { id, createdAt } = origin ?? { id: newWebhookId('evt'), createdAt: now }
  return JSON.stringify({ id, object: 'event', created_at: Math.floor(createdAt / 1000), type, data })
}

export const newWebhookId = (prefix: string): string => `${prefix}_${randomBytes(16).toString('hex')}`
