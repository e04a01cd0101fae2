import { GatewayError } from '../../turn/error.ts'
import type { GatewayMiddleware } from '../state.ts'

interface Matched {
  matched?: { path: string | RegExp; methods: string[] }[]
  _matchedRoute?: string | RegExp
}

/** Makes one URL of the ways in which clients write it: with the prefix or without, with a slash at the end or without. */
export function canonicalUrl(prefix: string): (url: string) => { path: string; query: string } {
  const parts = new RegExp(`^(?:${prefix}(?=[/?]|$))?([^?]*?)/?(\\?.*)?$`)
  return (url) => {
    const [, path, query = ''] = parts.exec(url) ?? []
    return { path: path || '/', query }
  }
}

/** Rewrites the URL to its canonical form. Everything below, `auth` and routes alike, reads that. */
export function paths(canonical: ReturnType<typeof canonicalUrl>): GatewayMiddleware {
  return (ctx, next) => {
    const { path, query } = canonical(ctx.url)
    ctx.url = path + query
    return next()
  }
}

/** Comes after the routes: throws that there is none, or that its methods are others. */
export function unrouted(): GatewayMiddleware {
  return (ctx) => {
    const [path = ''] = ctx.originalUrl.split('?')
    const methods = new Set(((ctx as Matched).matched ?? []).flatMap((route) => route.methods))
    if (methods.size === 0)
      throw new GatewayError('not_found', `Unknown request URL: ${ctx.method} ${path.slice(0, 200)}.`)
    ctx.set('allow', [...methods].sort().join(', '))
    throw new GatewayError(
      'unsupported_method',
      `${ctx.method} is not supported here; ${[...methods].join(' and ')} would be.`
    )
  }
}

/** The pattern by which a request was routed; undefined when it was not. */
export function routeOf(ctx: object): string | undefined {
  const route = (ctx as Matched)._matchedRoute
  return route === undefined ? undefined : String(route)
}
