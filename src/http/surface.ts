import Router from '@koa/router'
import type { Api, ApiContext, ErrorDialect, Operation } from './api.ts'
import { exposedHeaders } from './answer/headers.ts'
import type { GatewayMiddleware, RequestState } from './state.ts'

/** What follows from a list of APIs, besides their description. */
export interface Surface {
  readonly router: Router<RequestState>
  /** Comes before it: see `directRoutes`. */
  readonly direct: GatewayMiddleware
  /** Whether the request needs no token. */
  readonly isPublic: (method: string, path: string) => boolean
  /** Whether a token of remote clients opens it. */
  readonly isForRemote: (method: string, path: string) => boolean
  /** Whether the request is answered while the gateway stops. */
  readonly isAnsweredWhileStopping: (method: string, path: string) => boolean
  /** Headers of answers that the pages of other origins may read. */
  readonly exposedHeaders: readonly string[]
  /** In capitals. */
  readonly methods: readonly string[]
  /** The methods of the operations at this path, sorted, for `Allow`. */
  readonly methodsAt: (path: string) => readonly string[]
  /** Why a path that no operation has is not served here but elsewhere; undefined for any other. */
  readonly elsewhereFor: (path: string) => string | undefined
  /** The dialect of failures on this path, also where no operation has exactly this path. */
  readonly dialectFor: (path: string) => ErrorDialect
}

/** `fallback` is the dialect of paths that no API claims, and of APIs without one. */
export function surfaceOf(apis: readonly Api[], fallback: ErrorDialect): Surface {
  const operations = apis.flatMap((api) => api.operations)
  const dialects = [fallback, ...apis.flatMap(({ dialect }) => dialect ?? [])]
  return {
    router: routerFor(operations),
    direct: directRoutes(operations),
    isPublic: matcherOf(operations, ({ isPublic }) => isPublic === true),
    isForRemote: matcherOf(operations, ({ forRemote }) => forRemote === true),
    isAnsweredWhileStopping: matcherOf(operations, ({ whileStopping }) => whileStopping === true),
    exposedHeaders: unique([
      ...exposedHeaders,
      ...dialects.flatMap(({ exposes }) => exposes),
      ...operations.flatMap(({ exposes = [] }) => exposes)
    ]),
    methods: unique(operations.map(({ method }) => method.toUpperCase())),
    methodsAt: methodsOf(operations),
    elsewhereFor: elsewhereOf(apis),
    dialectFor: dialectsOf(apis, fallback)
  }
}

const unique = (names: readonly string[]) => [...new Set(names)]

/** Calls the operation of a path without parameters at once: the router would try every path that there is. */
export function directRoutes(operations: readonly Operation[]): GatewayMiddleware {
  const fixed = fixedOperations(operations)
  return (ctx, next) => {
    const operation = fixed.get(`${ctx.request.method} ${ctx.request.path}`)
    if (operation === undefined) return next()
    ctx.state.route = operation.path
    return operation.handle(Object.assign(ctx, { params: {} }))
  }
}

/** By method and path: those that no earlier operation of the list comes before. */
function fixedOperations(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>()
  const patterns: { method: string; pattern: RegExp }[] = []
  for (const operation of operations) {
    const { method, path } = operation
    const key = `${method.toUpperCase()} ${path}`
    if (path.includes('{')) patterns.push({ method, pattern: patternOf(path) })
    else if (!found.has(key) && !patterns.some((one) => one.method === method && one.pattern.test(path)))
      found.set(key, operation)
  }
  return found
}

/** Every operation at its path, in the order of the list. */
export function routerFor(operations: readonly Operation[]): Router<RequestState> {
  const router = new Router<RequestState>()
  for (const { method, path, handle } of operations)
    router[method](routePath(path), (ctx) => handle(ctx as unknown as ApiContext))
  return router
}

/** `/models/{+id}` as the router spells it: `/models/*id`. */
const routePath = (path: string) => path.replaceAll(/\{(\+?)(\w+)\}/g, (_, many, name) => `${many ? '*' : ':'}${name}`)

/**
 * Whether the operation that a request asks for is one of those `wanted`. Where its path has no such method, all operations
 * of the path must be: the refusal reveals no more than they do.
 */
function matcherOf(operations: readonly Operation[], wanted: (operation: Operation) => boolean): Surface['isPublic'] {
  const paths = unique(operations.filter(wanted).map(({ path }) => path)).map((path) => {
    const there = operations.filter((operation) => operation.path === path)
    return {
      pattern: patternOf(path),
      methods: new Map(there.map((operation) => [operation.method.toUpperCase(), wanted(operation)])),
      others: there.every(wanted)
    }
  })
  const any = new RegExp(paths.map(({ pattern }) => pattern.source).join('|'))
  return (method, path) => {
    if (!any.test(path)) return false
    const found = paths.find(({ pattern }) => pattern.test(path))
    return found?.methods.get(method === 'HEAD' ? 'GET' : method) ?? found?.others ?? false
  }
}

function methodsOf(operations: readonly Operation[]): Surface['methodsAt'] {
  const all = operations.map(({ method, path, ids }) => ({
    pattern: patternOf(path, ids),
    method: method.toUpperCase()
  }))
  return (path) => {
    const found = all.flatMap(({ pattern, method }) => (pattern.test(path) ? method : []))
    return unique([...found, ...(found.includes('GET') ? ['HEAD'] : [])]).sort()
  }
}

function patternOf(path: string, ids?: RegExp): RegExp {
  const source = path.replaceAll(/[.*+?^$()|[\]\\]|\{(\+?)\w+\}/g, (found, many?: string) =>
    many === undefined ? `\\${found}` : (ids?.source ?? (many ? '.+' : '[^/]+'))
  )
  return new RegExp(`^${source}$`)
}

function elsewhereOf(apis: readonly Api[]): Surface['elsewhereFor'] {
  const sentences = new Map(apis.flatMap(({ elsewhere = {} }) => Object.entries(elsewhere)))
  return (path) => {
    const claimed = sentences.size > 0 ? prefixesOf(path).find((prefix) => sentences.has(prefix)) : undefined
    return claimed === undefined ? undefined : sentences.get(claimed)
  }
}

/** An API claims the paths of its operations and what is below and above them; where two claim a path, the first of the list has it. */
function dialectsOf(apis: readonly Api[], fallback: ErrorDialect): Surface['dialectFor'] {
  const claims = new Map<string, ErrorDialect>()
  for (const { operations, elsewhere = {}, dialect = fallback } of apis)
    for (const path of [...operations.map((operation) => operation.path), ...Object.keys(elsewhere)])
      for (const prefix of prefixesOf(path.replace(/\/\{.*/, ''))) if (!claims.has(prefix)) claims.set(prefix, dialect)
  return (path) => {
    for (const prefix of prefixesOf(path)) {
      const dialect = claims.get(prefix)
      if (dialect) return dialect
    }
    return fallback
  }
}

/** `/a/b` as `/a/b` and `/a`. */
function prefixesOf(path: string): string[] {
  const names = path.split('/').slice(1, 9) // no operation lies deeper
  return names.map((_, index) => `/${names.slice(0, names.length - index).join('/')}`)
}
