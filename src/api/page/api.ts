import type { Api, ApiContext } from '../../http/api.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Asset, Assets } from './assets.ts'

export interface PageApi extends Api {
  /** Answers with the page if a browser asks; false, having done nothing, if a program does. */
  readonly answerBrowser: (ctx: ApiContext) => boolean
}

/** No script, style or connection but this gateway's own; whatever a model writes cannot load anything. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify'
].join('; ')

/** The page to watch sessions with. It is public, as there is nothing in it: what it shows, it asks the other APIs for. */
export function pageApi(assets: Assets): PageApi {
  const page = assets.get('index.html')
  if (!page) throw new Error('The page has no index.html.')
  const operation = { method: 'get', isPublic: true, whileStopping: true } as const
  const answerPage = (ctx: ApiContext) => {
    ctx.set('content-security-policy', policy)
    answer(ctx, page, 'no-cache')
  }
  return {
    operations: [
      ...['/sessions', '/sessions/{id}'].map((path) => ({
        ...operation,
        path,
        summary: 'The page to watch sessions with, for browsers.',
        answer: 'text/html' as const,
        handle: answerPage
      })),
      {
        ...operation,
        path: '/assets/{name}',
        summary: 'A file that the page loads.',
        answer: 'text/plain',
        handle(ctx) {
          const name = ctx.params['name'] ?? ''
          const asset = name === 'index.html' ? undefined : assets.get(name)
          if (!asset) throw new GatewayError('not_found', 'The page has no such file; reload it.')
          answer(ctx, asset, 'public, max-age=31536000, immutable') // its name changes when it does
        }
      }
    ],
    answerBrowser(ctx) {
      ctx.vary('accept')
      const isBrowser = /\btext\/html\b/.test(ctx.get('accept'))
      if (isBrowser) answerPage(ctx)
      return isBrowser
    }
  }
}

function answer(ctx: ApiContext, { type, body, gzipped, etag }: Asset, caching: string): void {
  ctx.set({ 'content-type': type, 'cache-control': caching, etag })
  ctx.vary('accept-encoding')
  ctx.status = 200
  if (ctx.fresh) return void (ctx.status = 304)
  const isGzipped = ctx.acceptsEncodings('gzip', 'identity') === 'gzip'
  if (isGzipped) ctx.set('content-encoding', 'gzip')
  ctx.body = isGzipped ? gzipped : body
}
