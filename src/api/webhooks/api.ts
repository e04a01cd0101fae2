import { z } from 'zod'
import type { Api, ApiContext } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { lifetime } from '../../http/lifetime.ts'
import { PostError } from '../../http/outgoing/post.ts'
import { parsed } from '../../openai/invalid.ts'
import { pageFrom, pageQueryOf, pageSchemaOf } from '../../openai/page.ts'
import { GatewayError } from '../../turn/error.ts'
import { webhookEventTypes } from '../../webhooks/event.ts'
import type { WebhookEventType } from '../../webhooks/event.ts'
import type { Webhooks } from '../../webhooks/webhooks.ts'
import * as resource from './resource.ts'

export interface WebhooksDependencies {
  webhooks: Webhooks
  readBody: ReadBody
}

const ids = /whe_[^/]+/
const one = { path: '/webhook_endpoints/{id}', ids } as const
const pageQuery = pageQueryOf('desc')

/** OpenAI's webhook endpoints: where the ends of background responses and tasks are sent. */
export function webhooksApi({ webhooks, readBody }: WebhooksDependencies): Api {
  const { endpoints } = webhooks
  return {
    operations: [
      {
        method: 'post',
        path: '/webhook_endpoints',
        summary: 'Make a webhook endpoint. Its secret is shown only now.',
        body: resource.endpointCreation,
        answer: resource.endpointWithSecret,
        async handle(ctx) {
          const { url, name, event_types } = parsed(resource.endpointCreation, await readBody(ctx))
          webhooks.checkUrl(url, 'url')
          const made = await endpoints.create(ownerOf(ctx), { url, name, eventTypes: event_types })
          ctx.body = resource.shownWithSecret(made)
        }
      },
      {
        method: 'get',
        path: '/webhook_endpoints',
        summary: 'Your webhook endpoints.',
        query: pageQuery.omit({ order: true }),
        answer: pageSchemaOf(resource.webhookEndpoint),
        handle(ctx) {
          const { limit, after } = parsed(pageQuery, ctx.query)
          const found = endpoints.list(ownerOf(ctx), limit, after)
          const page = found && { values: found.slice(0, limit), more: found.length > limit }
          ctx.body = pageFrom(page, after, resource.shown)
        }
      },
      {
        ...one,
        method: 'get',
        summary: 'A webhook endpoint.',
        answer: resource.webhookEndpoint,
        handle(ctx) {
          ctx.body = resource.shown(known(endpoints.find(ownerOf(ctx), idIn(ctx)), ctx))
        }
      },
      {
        ...one,
        method: 'post',
        summary: 'Change a webhook endpoint.',
        body: resource.endpointUpdate,
        answer: resource.webhookEndpoint,
        async handle(ctx) {
          const { url, name, event_types } = parsed(resource.endpointUpdate, await readBody(ctx))
          if (url !== undefined) webhooks.checkUrl(url, 'url')
          const change = {
            ...(url !== undefined && { url }),
            ...(name !== undefined && { name }),
            ...(event_types && { eventTypes: event_types })
          }
          const changed = known(endpoints.update(ownerOf(ctx), idIn(ctx), change), ctx)
          await webhooks.settled()
          ctx.body = resource.shown(changed)
        }
      },
      {
        ...one,
        method: 'delete',
        summary: 'Delete a webhook endpoint, with what was still to be sent to it.',
        answer: z.object({ id: z.string(), object: z.literal('webhook_endpoint.deleted'), deleted: z.literal(true) }),
        async handle(ctx) {
          if (!endpoints.delete(ownerOf(ctx), idIn(ctx))) throw notFound(ctx)
          await webhooks.settled()
          ctx.body = { id: idIn(ctx), object: 'webhook_endpoint.deleted', deleted: true }
        }
      },
      {
        ...one,
        path: '/webhook_endpoints/{id}/rotate_secret',
        method: 'post',
        summary: 'Give a webhook endpoint another secret, which is shown only now.',
        body: resource.secretRotation,
        answer: resource.endpointWithSecret,
        async handle(ctx) {
          const { keep_old_secret_active_for_24_hours: keep } = parsed(
            resource.secretRotation,
            await readBody(ctx, { optional: true })
          )
          const rotated = known(endpoints.rotate(ownerOf(ctx), idIn(ctx), keep === true), ctx)
          await webhooks.settled()
          ctx.body = resource.shownWithSecret(rotated)
        }
      },
      {
        ...one,
        path: '/webhook_endpoints/{id}/test',
        method: 'post',
        summary: 'Send a sample event to a webhook endpoint, and answer with its status.',
        body: resource.endpointTest,
        answer: z.object({
          object: z.literal('webhook_endpoint.test'),
          webhook_endpoint_id: z.string(),
          event_type: z.string(),
          status_code: z.int(),
          success: z.literal(true)
        }),
        failures: [502],
        async handle(ctx) {
          const { event_type } = parsed(resource.endpointTest, await readBody(ctx))
          const status_code = await tested(webhooks, ctx, event_type)
          ctx.body = {
            ...{ object: 'webhook_endpoint.test', webhook_endpoint_id: idIn(ctx) },
            ...{ event_type, status_code, success: true }
          }
        }
      },
      {
        method: 'get',
        path: '/webhook_event_types',
        summary: 'The types of events that webhooks report.',
        answer: z.object({ object: z.literal('list'), data: z.array(z.string()) }),
        handle(ctx) {
          ctx.body = { object: 'list', data: webhookEventTypes }
        }
      }
    ]
  }
}

async function tested(webhooks: Webhooks, ctx: ApiContext, type: WebhookEventType): Promise<number> {
  const endpoint = known(webhooks.endpoints.find(ownerOf(ctx), idIn(ctx)), ctx)
  const sample = type.startsWith('task.') ? 'task_sample' : 'resp_sample'
  try {
    return await webhooks.test(endpoint, { type, data: { id: sample } }, lifetime(ctx))
  } catch (error) {
    if (!(error instanceof PostError)) throw error
    throw new GatewayError('upstream_error', `The endpoint did not take the event: ${error.message}.`)
  }
}

const ownerOf = ({ state }: ApiContext) => state.principal.id
const idIn = ({ params: { id = '' } }: ApiContext) => id

function known<T>(endpoint: T | undefined, ctx: ApiContext): T {
  if (endpoint === undefined) throw notFound(ctx)
  return endpoint
}

const notFound = (ctx: ApiContext) =>
  new GatewayError('not_found', `Webhook endpoint with id '${idIn(ctx).slice(0, 128)}' not found.`, {
    reason: 'unknown_webhook_endpoint',
    param: 'id'
  })
