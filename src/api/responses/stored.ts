import { z } from 'zod'
import { scopeOf } from '../../http/scope.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import { listedItem, listedItems } from '../../openai/items/listed.ts'
import { pageOf, pageQueryOf, pageSchemaOf, unknownAfter } from '../../openai/page.ts'
import type { Page, PageQuery } from '../../openai/page.ts'
import { GatewayError } from '../../turn/error.ts'
import type { BackgroundResponses } from './background/responses.ts'
import { keyIn } from './stored-response.ts'
import type { StoredResponse } from './stored-response.ts'
import type { StoredResponses } from './stored-responses.ts'
import { response } from './resource-schema.ts'

/** What else stands below `/responses` is no response: `/responses/compact`, say. */
const ids = /resp_[^/]+/

const pageQuery = pageQueryOf('desc')
const responseQuery = z.object({
  stream: z.string().optional(),
  starting_after: z.coerce.number().int().min(0, 'it must be at least 0').optional()
})

/** The operations on a stored response. */
export function storedOperations(stored: StoredResponses, background: BackgroundResponses): Operation[] {
  const found = async (ctx: ApiContext): Promise<StoredResponse> => {
    const { id = '' } = ctx.params
    const response = await stored.find(scopeOf(ctx), id)
    if (!response) throw notFound(id)
    return response
  }
  const nameOf = (ctx: ApiContext) => ({ owner: scopeOf(ctx).owner, id: keyIn(ctx.params['id'] ?? '', 'resp') ?? '' })
  const current = (ctx: ApiContext) => background.current(nameOf(ctx), () => found(ctx))
  const cancel = (ctx: ApiContext) => background.cancel(nameOf(ctx), () => found(ctx))
  return [
    {
      method: 'get',
      path: '/responses/{id}',
      ids,
      summary:
        'A stored response; with `stream=true` the events of one that is made in the background, also while it is.',
      query: responseQuery,
      answer: response,
      async handle(ctx) {
        const { stream, starting_after: after = -1 } = parsed(responseQuery, ctx.query)
        if (!/^(?:true|1)$/i.test(stream ?? '')) return void (ctx.body = await current(ctx))
        const { resource } = await found(ctx)
        await background.follow(ctx, nameOf(ctx), after, resource)
      }
    },
    {
      method: 'delete',
      path: '/responses/{id}',
      ids,
      summary: 'Delete a stored response; its turn ends, if it is still running.',
      answer: z.object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) }),
      async handle(ctx) {
        const { id } = (await found(ctx)).resource
        await cancel(ctx) // or it would go on for no one
        if (!(await stored.delete(scopeOf(ctx), id))) throw notFound(id)
        ctx.body = { id, object: 'response', deleted: true }
      }
    },
    {
      method: 'post',
      path: '/responses/{id}/cancel',
      ids,
      summary: 'Cancel a response that is made in the background.',
      answer: response,
      async handle(ctx) {
        const { resource } = await found(ctx)
        if (!resource.background) throw invalid('Cannot cancel a synchronous response.', 'response_id')
        await cancel(ctx)
        ctx.body = await current(ctx)
      }
    },
    {
      method: 'get',
      path: '/responses/{id}/input_items',
      ids,
      summary: 'What was new in the request of a stored response.',
      query: pageQuery,
      answer: pageSchemaOf(listedItem),
      async handle(ctx) {
        const { resource, input } = await found(ctx)
        const items = listedItems(input, resource.id.slice('resp_'.length))
        ctx.body = pageIn(items, parsed(pageQuery, ctx.query))
      }
    }
  ]
}

/** A page of a list that comes in ascending order. Throws for an `after` that is not in it. */
function pageIn<T extends { id: string }>(all: readonly T[], { limit, order, after }: PageQuery): Page<T> {
  const list = order === 'desc' ? all.toReversed() : all
  const start = after === undefined ? 0 : list.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && start === 0) throw unknownAfter(after)
  return pageOf(list.slice(start, start + limit), start + limit < list.length)
}

function notFound(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id.slice(0, 128)}' not found.`, {
    reason: 'unknown_response'
  })
}
