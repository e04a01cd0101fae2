import { z } from 'zod'
import type { Endpoint } from '../../webhooks/endpoints.ts'
import { webhookEventTypes } from '../../webhooks/event.ts'

const url = z.string().max(2_048, 'it must have at most 2,048 characters')
const name = z.string().min(1, 'it must not be empty').max(256, 'it must have at most 256 characters')
const eventTypes = z.array(z.enum(webhookEventTypes)).min(1, 'it must name at least one event type')

export const endpointCreation = z.object({ url, name, event_types: eventTypes })
export const endpointUpdate = z.object({ url, name, event_types: eventTypes }).partial()
export const secretRotation = z.object({ keep_old_secret_active_for_24_hours: z.boolean().nullish() })
export const endpointTest = z.object({ event_type: z.enum(webhookEventTypes) })

/** An endpoint as OpenAI shows it. */
export const webhookEndpoint = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint'),
  created_at: z.int(),
  updated_at: z.int(),
  name: z.string(),
  url: z.string(),
  event_types: z.array(z.string()),
  signing_secret_hint: z.string()
})
export const endpointWithSecret = webhookEndpoint.extend({ signing_secret: z.string() })

export function shown({ id, name, url, eventTypes, secret, ...times }: Endpoint): z.output<typeof webhookEndpoint> {
  const [created_at, updated_at] = [times.createdAt, times.updatedAt].map((ms) => Math.floor(ms / 1000)) as [
    number,
    number
  ]
  const signing_secret_hint = `whsec_...${secret.slice(-4)}`
  return {
    id,
    object: 'webhook_endpoint',
    created_at,
    updated_at,
    name,
    url,
    event_types: eventTypes,
    signing_secret_hint
  }
}

export const shownWithSecret = (endpoint: Endpoint): z.output<typeof endpointWithSecret> => ({
  ...shown(endpoint),
  signing_secret: endpoint.secret
})
