import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Authenticator } from '../../src/access/authenticator.ts'
import { JwtVerifier } from '../../src/access/jwt.ts'
import { RemoteVerifier } from '../../src/access/remote-verifier.ts'
import type { RemoteVerifierOptions } from '../../src/access/remote-verifier.ts'
import { Tokens } from '../../src/access/tokens.ts'
import { errorAnswerFrom } from '../../src/openai/errors.ts'
import { GatewayError } from '../../src/turn/error.ts'

type Reply = (res: ServerResponse) => void

const good = { client: 'ada', workspaces: ['web'], scopes: ['api', 'remote'], expires_in: 600 }
const json =
  (body: unknown, status = 200): Reply =>
  (res) =>
    res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))

/** The verifier of an operator, which answers as the test says. */
const asked: { url?: string | undefined; secret: unknown; body: unknown }[] = []
let reply: Reply = json(good)
const server = createServer((req, res) => {
  void text(req).then((body) => {
    asked.push({ url: req.url, secret: req.headers['x-codex-gateway-secret'], body: body && JSON.parse(body) })
    reply(res)
  })
})
let url = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/verify`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked.length = 0
  reply = json(good)
})

const verifierOf = (options: Partial<RemoteVerifierOptions> = {}) =>
  new RemoteVerifier({ url, secret: () => 'the-shared-secret', ...options })

/** The status that a client gets, and the error with all that the log shows of it. */
async function outcome(verifier: RemoteVerifier, token = 'some-token'): Promise<{ status: number; shown: string }> {
  try {
    return { status: (await verifier.verify(token)) ? 200 : 401, shown: '' }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { status, headers, body } = errorAnswerFrom(error)
    expect([headers['retry-after'], body.error.code]).toEqual(['2', 'verifier_unavailable'])
    return { status, shown: `${error.message} ${String(error.cause)}` }
  }
}

describe('the verifier of an operator', () => {
  it('is sent the token and the secret, and says who it is and what may be done', async () => {
    reply = json({ ...good, workspaces: ['web', 'web'], scopes: ['usage:read', 'executor', 'api'], more: 1 })
    const claims = await verifierOf().verify('some-token')
    expect(claims).toMatchObject({ name: 'ada', workspaces: ['web'], scopes: ['api'] })
    expect(Math.abs(claims!.exp - Date.now() / 1000 - 600)).toBeLessThan(60)
    expect(asked).toEqual([{ url: '/verify', secret: 'the-shared-secret', body: { token: 'some-token' } }])
  })

  it.each<[string, number, Reply]>([
    ['who it is', 200, json(good)],
    ['who it is, as active', 200, json({ ...good, active: true })],
    ['who it is, with nothing to open', 200, json({ ...good, workspaces: [], scopes: [] })],
    ['that it is not active', 401, json({ active: false })],
    ['that it is over', 401, json({ ...good, expires_in: 0 })],
    ...[401, 403, 404].map((status): [string, number, Reply] => [`${status}`, 401, json(good, status)]),
    ...[201, 204, 400, 429, 500, 502, 503].map((status): [string, number, Reply] => [
      `${status}`,
      503,
      json('', status)
    ]),
    ['a redirect', 503, (res) => res.writeHead(307, { location: '/elsewhere' }).end()],
    ['no JSON', 503, json('{"client":')],
    ['nothing', 503, json('')],
    ['no object', 503, json([good])],
    ['too much', 503, json({ ...good, more: 'x'.repeat(65_536) })],
    ['half of it', 503, (res) => res.writeHead(200, { 'content-length': 500 }).write('{', () => res.destroy())],
    ['by closing', 503, (res) => res.destroy()],
    ...(['client', 'workspaces', 'scopes', 'expires_in'] as const).map((name): [string, number, Reply] => [
      `without ${name}`,
      503,
      json({ ...good, [name]: undefined })
    ]),
    ['with the client anonymous', 503, json({ ...good, client: 'anonymous' })],
    ['with the client of an unnamed token', 503, json({ ...good, client: 'key_0123' })],
    ['with all workspaces', 503, json({ ...good, workspaces: 'all' })],
    ['with a workspace that is none', 503, json({ ...good, workspaces: ['../x'] })],
    ['with scopes as a text', 503, json({ ...good, scopes: 'api' })],
    ['without an end', 503, json({ ...good, expires_in: null })],
    ['with a text as end', 503, json({ ...good, expires_in: '600' })],
    ['with an endless end', 503, json('{"client":"ada","workspaces":[],"scopes":[],"expires_in":1e999}')]
  ])('answers %s: %i', async (_, status, answer) => {
    reply = answer
    const found = await outcome(verifierOf())
    expect(found.status).toBe(status)
    expect(found.shown).not.toMatch(/some-token|shared-secret/)
    expect(asked).toHaveLength(1) // a redirect is not followed
  })

  it('is not waited for without end, nor asked with a secret that cannot be read', async () => {
    reply = () => {}
    expect((await outcome(verifierOf({ patience: 50 }))).status).toBe(503)
    reply = (res) => res.writeHead(200).write('{')
    expect((await outcome(verifierOf({ patience: 50 }))).status).toBe(503)
    const asking = asked.length
    const secret = () => {
      throw new Error('gone')
    }
    expect((await outcome(verifierOf({ secret }))).status).toBe(503)
    expect(asked).toHaveLength(asking)
  })

  it('is asked once for a token, and again when its answer is too old', async () => {
    const verifier = verifierOf()
    const claims = await Promise.all(Array.from({ length: 20 }, () => verifier.verify('one')))
    expect([new Set(claims).size, asked.length]).toEqual([1, 1])
    reply = json('', 500)
    expect((await outcome(verifier, 'one')).status).toBe(200) // what is cached goes on
    expect((await outcome(verifier, 'two')).status).toBe(503)
    reply = json('', 401)
    expect((await outcome(verifier, 'two')).status).toBe(401) // no failure is cached
    reply = json(good)
    expect((await outcome(verifier, 'two')).status).toBe(401)
    const forgetful = verifierOf({ times: { valid: 0, invalid: 0 } })
    const statuses = []
    for (const status of [200, 401, 200]) {
      reply = json(good, status)
      statuses.push((await outcome(forgetful)).status)
    }
    expect(statuses).toEqual([200, 401, 200])
  })

  it('gets at most 32 questions at once, and none for a while when it fails', async () => {
    const open: ServerResponse[] = []
    reply = (res) => void open.push(res)
    const verifier = verifierOf({ patience: 60_000 })
    const all = Array.from({ length: 32 }, (_, nth) => outcome(verifier, `token-${nth}`))
    await expect.poll(() => open.length, { timeout: 30_000 }).toBe(32)
    expect((await outcome(verifier, 'one-more')).shown).toContain('too many')
    for (const res of open) json('', 500)(res)
    expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set([503]))
    expect((await outcome(verifier)).shown).toContain('several times')
    expect(asked).toHaveLength(32)
    const brief = verifierOf({ times: { pause: 0 } })
    reply = json('', 500)
    for (let nth = 0; nth < 6; nth++) await outcome(brief)
    reply = json(good)
    expect((await outcome(brief)).status).toBe(200)
  })
})

describe('with a verifier, a token', () => {
  const secret = new TextEncoder().encode('the-secret-of-jwts-with-32-bytes')
  const jwts = new JwtVerifier([{ types: ['jwt', undefined], secrets: [secret] }], ['revoked'])
  const jwt = (claims: object, { key = secret, typ = 'JWT' } = {}) =>
    new SignJWT({ sub: 'eve', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ })
      .sign(key)
  const tokens = new Tokens([{ token: 'plain', name: 'ben' }])
  const authenticator = () => new Authenticator(tokens, jwts, undefined, verifierOf())

  it('of the gateway’s own is never asked about, valid or not', async () => {
    const own = authenticator()
    expect(await own.identify('plain')).toMatchObject({ principal: { id: 'ben' } })
    expect(await own.identify(await jwt({}))).toMatchObject({ principal: { id: 'eve' } })
    const wrong = [jwt({ jti: 'revoked' }), jwt({ exp: 1 }), jwt({ scope: 1 }), jwt({}, { typ: 'other' })]
    for (const token of await Promise.all(wrong)) expect(await own.identify(token)).toBeUndefined()
    expect(asked).toEqual([])
  })

  it('of somebody else’s is what the verifier says, for as long as it says', async () => {
    const own = authenticator()
    const key = new TextEncoder().encode('a-secret-that-the-gateway-has-not')
    for (const token of ['opaque', await jwt({}, { key })]) {
      const { principal, proof } = (await own.identify(token))!
      expect(principal).toMatchObject({ id: 'ada', workspaces: ['web'], scopes: ['api', 'remote'] })
      expect(JSON.stringify(proof)).not.toContain(token)
      expect(own.principalOf(proof)).toEqual(principal)
      expect(own.principalOf(proof, Date.now() + 700_000)).toBeUndefined()
      expect(new Authenticator(tokens, jwts).principalOf(proof)).toBeUndefined()
    }
    expect(new Authenticator(new Tokens([]), undefined, undefined, verifierOf()).required).toBe(true)
  })
})
