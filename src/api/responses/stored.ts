import { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import type { BackgroundWork } from './background.ts'
import type { StoredResponse } from './stored-response.ts'
import type { StoredResponses } from './stored-responses.ts'
import { inputItemsPage, itemsPage, pageQuery } from './input-items.ts'
import { response } from './resource-schema.ts'

/** What else stands below `/responses` is no response: `/responses/compact`, say. */
const ids = /resp_[^/]+/

/** The operations on a stored response. */
export function storedOperations(stored: StoredResponses, background: BackgroundWork): Operation[] {
  const found = async ({ state, params: { id = '' } }: ApiContext): Promise<StoredResponse> => {
    const response = await stored.find(state.principal.id, id)
    if (!response) throw notFound(id)
    return response
  }
  const current = (ctx: ApiContext) => background.current(ctx.params['id'] ?? '', () => found(ctx))
  return [
    {
      method: 'get',
      path: '/responses/{id}',
      ids,
      summary: 'A stored response.',
      answer: response,
      async handle(ctx) {
        if (ctx.query['stream'] === 'true') throw invalid('Only a new response can be streamed.', 'stream')
        ctx.body = await current(ctx)
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
        await background.cancel(id) // or it would go on for no one
        if (!(await stored.delete(ctx.state.principal.id, id))) throw notFound(id)
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
        await background.cancel(resource.id)
        ctx.body = await current(ctx)
      }
    },
    {
      method: 'get',
      path: '/responses/{id}/input_items',
      ids,
      summary: 'What was new in the request of a stored response.',
      query: pageQuery,
      answer: itemsPage,
      async handle(ctx) {
        const { resource, input } = await found(ctx)
        ctx.body = inputItemsPage(input, resource.id.slice('resp_'.length), ctx.query)
      }
    }
  ]
}

function notFound(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id.slice(0, 128)}' not found.`, {
    reason: 'unknown_response'
  })
}
