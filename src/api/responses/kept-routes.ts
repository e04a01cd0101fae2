import Router from '@koa/router'
import type { GatewayContext, RequestState } from '../../http/state.ts'
import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Conversations, KeptResponse } from './conversations.ts'
import { inputItemsPage } from './input-items.ts'

/** What may be asked of a response that was kept. */
export function keptRoutes(conversations: Conversations): Router<RequestState> {
  const router = new Router<RequestState>()
  const found = async (ctx: GatewayContext, id: string): Promise<KeptResponse> => {
    const response = await conversations.find(ctx.state.client, id)
    if (!response) throw notFound(id)
    return response
  }
  router.get('/responses/:id', async (ctx) => {
    if (ctx.query['stream'] === 'true') throw invalid('Only a new response can be streamed.', 'stream')
    const { resource } = await found(ctx, ctx.params['id'] ?? '')
    ctx.body = resource
  })
  router.get('/responses/:id/input_items', async (ctx) => {
    const { resource, input } = await found(ctx, ctx.params['id'] ?? '')
    ctx.body = inputItemsPage(input, resource.id.slice('resp_'.length), ctx.query)
  })
  router.delete('/responses/:id', async (ctx) => {
    const id = ctx.params['id'] ?? ''
    if (!(await conversations.delete(ctx.state.client, id))) throw notFound(id)
    ctx.body = { id, object: 'response', deleted: true }
  })
  return router
}

function notFound(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id.slice(0, 128)}' not found.`, { wireCode: 'response_not_found' })
}
