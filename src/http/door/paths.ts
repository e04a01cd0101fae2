import { GatewayError } from '../../turn/error.ts'
import type { GatewayContext, GatewayMiddleware } from '../state.ts'

/** A request target, taken apart. */
export interface CanonicalUrl {
  path: string
  /** With its `?`; '' where there is none. */
  query: string
  /** ID in `/w/ID/…`, unchecked. */
  workspace?: string | undefined
}

/**
 * Makes one URL of the ways in which clients write it: below a workspace (`/w/ID`) or not, with the prefix or without, with a
 * slash at the end or without, with doubled slashes where a base URL and a path were joined.
 */
export function canonicalUrl(prefix: string): (url: string) => CanonicalUrl {
  const parts = new RegExp(`^(?:/w/([^/]+))?(?:${prefix}(?=/|$))?(.*?)/?$`)
  return (url) => {
    const end = url.indexOf('?')
    const written = end === -1 ? url : url.slice(0, end)
    const single = written.includes('//') ? written.replaceAll(/\/{2,}/g, '/') : written
    const [, workspace, path] = parts.exec(single) ?? []
    return { path: path || '/', query: end === -1 ? '' : url.slice(end), workspace }
  }
}

/** Rewrites the URL to its canonical form. Everything below, `auth` and routes alike, reads that. */
export function paths(canonical: ReturnType<typeof canonicalUrl>): GatewayMiddleware {
  return (ctx, next) => {
    const { path, query, workspace } = canonical(ctx.req.url ?? '')
    ctx.req.url = path + query // Koa's `ctx.url` takes a microsecond
    ctx.state.workspaceInPath = workspace
    return next()
  }
}

/** What is known of paths that no route has. All take canonical paths. */
export interface Unrouted {
  /** The methods of what is there, in capitals; none where nothing is. */
  methodsAt: (path: string) => readonly string[]
  /** Why it is not served here, and where; for what another gateway has. */
  elsewhereFor: (path: string) => string | undefined
  /** What to do instead, for a path that clients expect. */
  adviceFor: (path: string) => string | undefined
}

/** Comes after the routes: throws that there is none, or that its methods are others. */
export function unrouted({ methodsAt, elsewhereFor, adviceFor }: Unrouted): GatewayMiddleware {
  return (ctx) => {
    const methods = methodsAt(ctx.path)
    if (methods.length === 0) {
      const elsewhere = elsewhereFor(ctx.path)
      if (elsewhere !== undefined) throw new GatewayError('unsupported', elsewhere, { reason: 'unsupported_operation' })
      const [path = ''] = ctx.originalUrl.split('?')
      const advice = adviceFor(ctx.path)
      const unknown = `Unknown request URL: ${ctx.method} ${path.slice(0, 200)}.`
      throw new GatewayError('not_found', advice === undefined ? unknown : `${unknown} ${advice}`)
    }
    ctx.set('allow', methods.join(', '))
    throw new GatewayError(
      'unsupported_method',
      `${ctx.method} is not supported here; ${methods.join(' and ')} would be.`
    )
  }
}

/** The pattern by which a request was routed; undefined when it was not. */
export function routeOf(ctx: GatewayContext): string | undefined {
  const route = ctx.state.route ?? (ctx as { _matchedRoute?: string | RegExp })._matchedRoute
  return route === undefined ? undefined : String(route)
}
