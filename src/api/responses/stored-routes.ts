import Router from '@koa/router'
import type { GatewayContext, RequestState } from '../../http/state.ts'
import { invalid } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import type { BackgroundWork } from './background.ts'
import type { Conversations, KeptResponse } from './conversations.ts'
import { inputItemsPage } from './input-items.ts'

/** What may be asked of a response that was kept. */
export function keptRoutes(conversations: Conversations, background: BackgroundWork): Router<RequestState> {
  const router = new Router<RequestState>()
  const found = async (ctx: GatewayContext, id: string): Promise<KeptResponse> => {
    const response = await conversations.find(ctx.state.principal.id, id)
    if (!response) throw notFound(id)
    return response
  }
  const current = (ctx: GatewayContext, id: string) =>
    background.current(id, async () => (await found(ctx, id)).resource)
  router.get('/responses/:id', async (ctx) => {
    if (ctx.query['stream'] === 'true') throw invalid('Only a new response can be streamed.', 'stream')
    ctx.body = await current(ctx, ctx.params['id'] ?? '')
  })
  router.get('/responses/:id/input_items', async (ctx) => {
    const { resource, input } = await found(ctx, ctx.params['id'] ?? '')
    ctx.body = inputItemsPage(input, resource.id.slice('resp_'.length), ctx.query)
  })
  router.delete('/responses/:id', async (ctx) => {
    const id = ctx.params['id'] ?? ''
    await background.cancel((await found(ctx, id)).resource.id) // or it would be kept again when it is done
    if (!(await conversations.delete(ctx.state.principal.id, id))) throw notFound(id)
    ctx.body = { id, object: 'response', deleted: true }
  })
  router.post('/responses/:id/cancel', async (ctx) => {
    const { resource } = await found(ctx, ctx.params['id'] ?? '')
    if (!resource.background) throw invalid('Cannot cancel a synchronous response.', 'response_id')
    await background.cancel(resource.id)
    ctx.body = await current(ctx, resource.id)
  })
  return router
}

function notFound(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id.slice(0, 128)}' not found.`, {
    wireCode: 'response_not_found'
  })
}
