import { GatewayError } from '../../turn/error.ts'
import type { GatewayMiddleware } from '../state.ts'

interface Matched {
  matched?: { path: string | RegExp; methods: string[] }[]
  _matchedRoute?: string | RegExp
}

/** Makes one path of the ways in which clients write it: with `/v1` or without, with a slash at the end or without. Everything below, `auth` and routes alike, reads that path. */
export function paths(): GatewayMiddleware {
  return (ctx, next) => {
    const [, path = '/', query = ''] = /^(?:\/v1(?=[/?]|$))?([^?]*?)\/?(\?.*)?$/.exec(ctx.url) ?? []
    ctx.url = `${path || '/'}${query}`
    return next()
  }
}

/** Behind the routes: says that there is none, or that it wants another method. */
export function unrouted(): GatewayMiddleware {
  return (ctx) => {
    const [path = ''] = ctx.originalUrl.split('?')
    const methods = new Set(((ctx as Matched).matched ?? []).flatMap((route) => route.methods))
    if (methods.size === 0)
      throw new GatewayError('not_found', `Unknown request URL: ${ctx.method} ${path.slice(0, 200)}.`)
    ctx.set('allow', [...methods].sort().join(', '))
    throw new GatewayError(
      'method_not_allowed',
      `${ctx.method} is not supported here; ${[...methods].join(' and ')} would be.`
    )
  }
}

/** The pattern by which a request was routed; undefined when it was not. */
export function routeOf(ctx: object): string | undefined {
  const route = (ctx as Matched)._matchedRoute
  return route === undefined ? undefined : String(route)
}
