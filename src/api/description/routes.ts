import { createHash } from 'node:crypto'
import Router from '@koa/router'
import type { Operation } from '../../http/operation.ts'
import type { RequestState } from '../../http/state.ts'
import { descriptionOf } from './document.ts'
import { pageFrom } from './page.ts'
import { style } from './style.ts'

/** The page may have its own style and nothing else. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** `GET /openapi.json`, and `GET /docs`, the same for people. Both say nothing secret and need no token. */
export function descriptionRoutes(operations: readonly Operation[]): Router<RequestState> {
  const description = descriptionOf(operations)
  const page = pageFrom(description)
  const router = new Router<RequestState>()
  router.get('/openapi.json', (ctx) => {
    ctx.body = description
  })
  router.get('/docs', (ctx) => {
    ctx.set('content-security-policy', policy)
    ctx.type = 'html'
    ctx.body = page
  })
  return router
}
