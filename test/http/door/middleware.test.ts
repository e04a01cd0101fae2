import { expect, it } from 'vitest'
import { namedPrincipal } from '../../../src/access/principal.ts'
import { cors } from '../../../src/http/door/cors.ts'
import { admission, screening } from '../../../src/http/door/koa.ts'
import { routeOf, unrouted } from '../../../src/http/door/paths.ts'
import type { Checks } from '../../../src/http/door/checks.ts'
import type { GatewayContext } from '../../../src/http/state.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { startMiddleware } from '../start-server.ts'

const door = unrouted({
  methodsAt: (path) => (path === '/one' ? ['POST'] : path === '/two' ? ['GET', 'HEAD'] : []),
  elsewhereFor: (path) => (path === '/elsewhere' ? 'Another gateway has it.' : undefined),
  adviceFor: (path) => (path === '/old' ? 'Use /new.' : undefined)
})

it.each([
  ['/one', 405, 'POST', 'GET is not supported here; POST would be.'],
  ['/two', 405, 'GET, HEAD', 'GET is not supported here; GET and HEAD would be.'],
  ['/elsewhere', 400, null, 'Another gateway has it.'],
  ['/old?x=y', 404, null, 'Unknown request URL: GET /old. Use /new.'],
  ['/nowhere', 404, null, 'Unknown request URL: GET /nowhere.']
])('what has no route is told what there is at %s', async (path, status, allow, message) => {
  await using server = await startMiddleware(door)
  const response = await fetch(server.url + path)
  expect([response.status, response.headers.get('allow')]).toEqual([status, allow])
  expect(await response.json()).toMatchObject({ error: { message } })
})

it.each([
  [{ state: { route: '/named' }, _matchedRoute: '/matched' }, '/named'],
  [{ state: {}, _matchedRoute: /x/ }, '/x/'],
  [{ state: {} }, undefined]
])('the route of %j is %j', (ctx, route) => {
  expect(routeOf(ctx as unknown as GatewayContext)).toBe(route)
})

it('a preflight is answered at the door, and goes no further; what else a page asks goes on', async () => {
  const further: string[] = []
  const middleware = cors({ origins: ['https://app.example'], methods: ['GET'], exposedHeaders: ['x-a'] })
  await using server = await startMiddleware(async (ctx) => {
    await middleware(ctx, async () => {
      further.push(ctx.method)
      ctx.body = 'served'
    })
  })
  const ask = (method: string, headers: Record<string, string> = { origin: 'https://app.example' }) =>
    fetch(server.url, { method, headers })
  const preflight = await ask('OPTIONS')
  expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET,OPTIONS'])
  const read = await ask('GET')
  expect([await read.text(), read.headers.get('access-control-expose-headers')]).toEqual(['served', 'x-a'])
  const own = await ask('POST', {})
  expect([await own.text(), own.headers.get('access-control-allow-origin')]).toEqual(['served', null])
  expect(further).toEqual(['GET', 'POST'])
})

it('a request is admitted with its headers, its principal and what tells whether it still may', async () => {
  const isStillValid = () => true
  const principal = namedPrincipal('ann', {})
  const admit: Checks['admit'] = async (_, path) => ({ principal, headers: { 'x-path': path }, isStillValid })
  let state: GatewayContext['state'] | undefined
  await using server = await startMiddleware(async (ctx) => {
    await admission({ admit } as Checks)(ctx, async () => {
      state = ctx.state
      ctx.body = 'served'
    })
  })
  const response = await fetch(`${server.url}/x`)
  expect([await response.text(), response.headers.get('x-path')]).toEqual(['served', '/x'])
  expect(state).toMatchObject({ principal, isStillValid })
})

it.each(['screen', 'admit'] as const)(
  'what does not pass %s is refused with its headers and goes no further',
  async (check) => {
    const refusal = { error: new GatewayError('forbidden', 'No.'), headers: { 'x-a': 'b' } }
    const checks = { [check]: () => refusal } as unknown as Checks
    let isServed = false
    await using server = await startMiddleware(async (ctx) => {
      await (check === 'screen' ? screening(checks) : admission(checks))(ctx, async () => void (isServed = true))
    })
    const response = await fetch(server.url)
    expect([response.status, response.headers.get('x-a'), isServed]).toEqual([403, 'b', false])
  }
)
