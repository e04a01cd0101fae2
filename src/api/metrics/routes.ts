import Router from '@koa/router'
import type { RequestState } from '../../http/state.ts'

/** `GET /metrics`: the text that Prometheus reads. It needs a token like everything else. */
export function metricsRoutes(exposition: () => Promise<{ type: string; text: string }>): Router<RequestState> {
  const router = new Router<RequestState>()
  router.get('/metrics', async (ctx) => {
    const { type, text } = await exposition()
    ctx.set('content-type', type)
    ctx.body = text
  })
  return router
}
