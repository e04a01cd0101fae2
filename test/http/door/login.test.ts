import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { Attempts } from '../../../src/access/attempts.ts'
import { namedPrincipal } from '../../../src/access/principal.ts'
import type { Principal } from '../../../src/access/principal.ts'
import { authCheck } from '../../../src/http/door/auth.ts'
import { cookieFrom, setCookie } from '../../../src/http/door/cookie.ts'

const id = 'i'.repeat(54)
const cookie = `codex_session=${id}`

function check(login: (cookie: string) => Promise<Principal | undefined>) {
  const authenticator = { required: true, identify: () => undefined }
  return authCheck({ authenticator, login, attempts: new Attempts(), isForRemote: (method) => method === 'GET' })
}

const head = (method: string | undefined, headers: Record<string, string> = {}) => ({
  ...(method && { method }),
  headers: { host: 'here', cookie, ...headers },
  socket: new Socket()
})

it('the cookie of a login is as good as a token, for pages of the gateway, while the login lives', async () => {
  let principal: Principal | undefined = namedPrincipal('ann', {})
  const asked: string[] = []
  const door = check(async (value) => {
    asked.push(value)
    return principal
  })
  const caller = await door(head('POST', { origin: 'http://here' }), '/x')
  expect(caller).toMatchObject({ principal: { name: 'ann' } })
  expect(asked).toEqual([id])
  const { isStillValid } = caller as { isStillValid: () => Promise<boolean> }
  expect(await isStillValid()).toBe(true)
  principal = undefined
  expect(await isStillValid()).toBe(false)
  expect(await door(head('GET'), '/x')).toMatchObject({
    error: { code: 'unauthenticated', message: 'The login is over. Log in again: POST /login with the API key.' }
  })
})

it.each([
  ['GET', {}, true],
  ['HEAD', {}, true],
  [undefined, {}, true],
  ['POST', {}, false],
  ['POST', { origin: 'http://there' }, false],
  ['DELETE', { origin: 'https://here' }, true]
])('with the cookie of a login %s from %j is let in: %j', async (method, headers, isLetIn) => {
  const caller = await check(async () => namedPrincipal('ann', {}))(head(method, headers), '/x')
  if (isLetIn) expect(caller).toMatchObject({ principal: { name: 'ann' } })
  else expect(caller).toMatchObject({ error: { code: 'forbidden', reason: 'unknown_origin' } })
})

it.each<[string[], string, boolean]>([
  [['api'], 'POST', true],
  [['remote'], 'GET', true],
  [['remote'], 'POST', false],
  [['executor'], 'GET', false]
])('a principal with the scopes %j may %s: %j', async (scopes, method, may) => {
  const door = check(async () => namedPrincipal('ann', { scopes }))
  const caller = await door(head(method, { origin: 'http://here' }), '/x')
  if (may) expect(caller).toHaveProperty('principal')
  else expect(caller).toMatchObject({ error: { code: 'forbidden', reason: 'insufficient_scope' } })
})

it.each([
  [undefined, undefined],
  [cookie, id],
  [`a=b; ${cookie}; c=d`, id],
  [`xcodex_session=${id}`, undefined],
  [`${cookie}x`, undefined]
])('in the cookies %j the login is %j', (header, value) => {
  expect(cookieFrom({ cookie: header })).toBe(value)
})

it('a login’s cookie is for the gateway’s own pages alone, and over TLS where there is TLS', () => {
  expect(setCookie('v', 60, false)).toBe('codex_session=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=60')
  expect(setCookie('v', 0, true)).toBe('codex_session=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure')
})
