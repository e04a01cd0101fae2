import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Tokens } from '../../../src/access/tokens.ts'
import { loginApi } from '../../../src/api/login/api.ts'
import { ask } from '../../app/ask.ts'
import { smallApi, startGateway, token } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

const secret = 'the-shared-secret-of-these-tests-0'

let folder: string
let gateway: StartedGateway
const tokens = new Tokens([{ token, name: 'ada' }])
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'login-'))
  const file = join(folder, 'jwt-secrets')
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
  gateway = await startGateway({
    env: { CODEX_CLI_HOME: join(folder, 'home'), CODEX_JWT_SECRET_FILE: file },
    tokens,
    apis: (options) => [smallApi(options), loginApi({ ...options.login!, readBody: options.readBody })]
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const origin = () => `http://127.0.0.1:${gateway.port}`
const jwt = (claims: object = {}) =>
  new SignJWT({ sub: 'eve', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))

async function logIn(sent: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${origin()}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token: sent })
  })
  const body = (await response.json()) as { principal: string; expiresAt: number; error: { code: string } }
  const set = response.headers.get('set-cookie') ?? ''
  return { status: response.status, body, set, cookie: set.split(';')[0]! }
}

const status = async (headers: Record<string, string>, method = 'GET') =>
  (await ask(gateway, '/v1/models/x', { authorization: '', host: `127.0.0.1:${gateway.port}`, ...headers }, method))
    .status

describe('a browser', () => {
  it('gets a cookie for a token, in which the token is not, and that no script reads', async () => {
    const { status: answered, body, set, cookie } = await logIn(token)
    expect([answered, body.principal]).toEqual([200, 'ada'])
    expect(body.expiresAt - Date.now()).toBeGreaterThan(43_000_000)
    expect(set).toMatch(/^codex_session=[\w-]{54}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=4\d{4}$/)
    expect(cookie).not.toContain(token)
    expect(await status({ cookie })).toBe(200)
    expect(await status({ cookie: `a=b; ${cookie}; c=d` })).toBe(200)
    expect(await status({ cookie: `${cookie}x` })).toBe(401)
    expect(await status({})).toBe(401)
    expect((await logIn(token, { origin: origin() })).set).not.toContain('Secure')
    expect((await logIn(token, { 'x-forwarded-proto': 'https' })).set).toContain('; Secure')
  })

  it('is told who is logged in', async () => {
    const { cookie } = await logIn(token)
    const who = async (headers: Record<string, string>) =>
      (await (await fetch(`${origin()}/login`, { headers })).json()) as object
    expect(await who({})).toEqual({ ok: true, required: true, principal: null, expiresAt: null })
    expect(await who({ cookie })).toMatchObject({ required: true, principal: 'ada' })
  })

  it('must come from a page of this gateway to write with the cookie', async () => {
    const { cookie } = await logIn(token)
    expect(await status({ cookie, origin: origin() }, 'POST')).toBe(405) // let in: there is only no such method
    expect(await status({ cookie }, 'POST')).toBe(403)
    expect(await status({ cookie, origin: 'http://evil.test' }, 'POST')).toBe(403)
    expect(await status({ cookie, origin: `http://127.0.0.1:${gateway.port + 1}` }, 'POST')).toBe(403)
    expect(await status({ cookie, origin: 'null' }, 'POST')).toBe(403)
    expect(await status({ cookie, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await status({ authorization: `Bearer ${token}`, origin: origin() }, 'POST')).toBe(405)
  })

  it('is out when it logs out, and when its token is no longer valid', async () => {
    const [one, two] = [await logIn(token), await logIn(token)]
    const out = await fetch(`${origin()}/login`, { method: 'DELETE', headers: { cookie: one.cookie } })
    expect(out.headers.get('set-cookie')).toMatch(/^codex_session=; .*Max-Age=0/)
    expect([await status({ cookie: one.cookie }), await status({ cookie: two.cookie })]).toEqual([401, 200])
    tokens.replace([{ token: 'sk-another', name: 'ada' }])
    expect(await status({ cookie: two.cookie })).toBe(401)
    tokens.replace([{ token, name: 'ada' }])
  })

  it('may log in with a JWT, for no longer than that is valid', async () => {
    const { body, cookie, set } = await logIn(await jwt())
    expect([body.principal, await status({ cookie })]).toEqual(['eve', 200])
    expect(Number(/Max-Age=(\d+)/.exec(set)?.[1])).toBeLessThanOrEqual(60)
    expect(await status({ authorization: `Bearer ${await jwt()}` })).toBe(200)
    expect(await status({ authorization: `Bearer ${await jwt({ exp: 1 })}` })).toBe(401)
    expect(await status({ authorization: `Bearer ${await jwt({ scope: 'metrics' })}` })).toBe(403)
    expect(await status({ authorization: `Bearer ${await jwt({ scope: 'metrics api' })}` })).toBe(200)
  })

  it('is refused with a wrong token, and with a body that no login has', async () => {
    expect(await logIn('wrong')).toMatchObject({ status: 401, set: '', body: { error: { code: 'unauthenticated' } } })
    expect((await logIn('x'.repeat(40_000))).status).toBe(413)
    const empty = await fetch(`${origin()}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}'
    })
    expect(empty.status).toBe(400)
  })

  it('puts no token into a URL', async () => {
    for (const query of ['access_token=x', 'a=b&token=x', 'token']) {
      const { status: answered, error } = await ask(gateway, `/v1/models/x?${query}`)
      expect([answered, error?.code]).toEqual([400, 'token_in_url'])
    }
    expect((await ask(gateway, '/v1/models/x?tokens=1')).status).toBe(200)
  })
})
