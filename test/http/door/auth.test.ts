import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Attempts } from '../../../src/access/attempts.ts'
import { namedPrincipal } from '../../../src/access/principal.ts'
import { Tokens } from '../../../src/access/tokens.ts'
import { authCheck } from '../../../src/http/door/auth.ts'
import { ask } from '../../app/ask.ts'
import { startGateway, token } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

describe('who is let in', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  describe('tokens', () => {
    it.each<Record<string, string>>([
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}` },
      { authorization: `BEARER ${token}` },
      { 'x-api-key': token, authorization: 'Basic eDp5' },
      { 'api-key': token, authorization: '' }
    ])('are taken from %j', async (headers) =>
      expect(await ask(gateway, '/models/x', headers)).toMatchObject({ status: 200 })
    )

    it.each([
      ['none', ''],
      ['of another scheme', `Basic ${token}`],
      ['after two spaces', `Bearer  ${token}`],
      ['after a tab', `Bearer\t${token}`],
      ['without a scheme', token],
      ['with a second word', `Bearer ${token} x`],
      ['cut short', `Bearer ${token.slice(0, -1)}`],
      ['with more', `Bearer ${token}x`],
      ['in capitals', `Bearer ${token.toUpperCase()}`],
      ['not ASCII', 'Bearer \u00fc\u00fc\u00fc\u00fc'],
      ['long', `Bearer ${'x'.repeat(8_000)}`],
      ['SQL', "Bearer '||1=1--"]
    ])('are refused when they are %s', async (_, authorization) => {
      await using other = await startGateway()
      const { status, headers, error } = await ask(other, '/v1/models/x', { authorization })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer')
      expect(headers['x-should-retry']).toBe('false')
      expect(error?.message).toMatch(/^Incorrect API key provided: /)
      expect(JSON.stringify(error).length).toBeLessThan(1_024)
    })

    it('are refused in OpenAI’s words, without the token', async () => {
      await using other = await startGateway()
      const wrong = await ask(other, '/v1/models/x', { authorization: 'Bearer sk-proj-0123456789abcd' })
      expect(wrong.error).toEqual({
        message:
          'Incorrect API key provided: sk-…abcd. The API key is a token of the gateway: CODEX_GATEWAY_TOKEN in its .env, or a line of its token file.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key'
      })
      expect((await ask(other, '/v1/models/x', { authorization: '' })).error).toMatchObject({ code: 'missing_api_key' })
      expect((await ask(other, '/v1/models/x', { authorization: 'Bearer short' })).error?.message).toMatch(
        /^Incorrect API key provided: …\. The API key is /
      )
    })

    it('may be replaced while it runs', async () => {
      const tokens = new Tokens([{ token: 'first-token' }, { token: 'second-token' }])
      await using other = await startGateway({ tokens })
      const status = async (one: string) => (await ask(other, '/models/x', { authorization: `Bearer ${one}` })).status
      expect([await status('first-token'), await status('second-token'), await status('third-token')]).toEqual([
        200, 200, 401
      ])
      tokens.replace([{ token: 'third-token' }])
      expect([await status('first-token'), await status('third-token')]).toEqual([401, 200])
    })

    it('may be anything, or nothing, where none are set', async () => {
      await using other = await startGateway({ env: { CODEX_GATEWAY_TOKEN: '' } })
      expect(await ask(other, '/models/x', { authorization: 'Bearer EMPTY' })).toMatchObject({ status: 200 })
      expect(await ask(other, '/models/x', { authorization: '' })).toMatchObject({ status: 200 })
    })

    it('are not needed to see that it is alive', async () => {
      expect(await ask(gateway, '/healthz', { authorization: '' })).toMatchObject({ status: 200 })
      expect(await ask(gateway, '/v1/healthz/', { authorization: '' })).toMatchObject({ status: 200 })
    })

    it('are always taken when they are right, however many wrong ones came from the same address', async () => {
      await using other = await startGateway({ tokens: new Tokens([{ token: 'used-token' }, { token: 'new-token' }]) })
      const answer = (one: string) => ask(other, '/models/x', { authorization: `Bearer ${one}` })
      expect(await answer('used-token')).toMatchObject({ status: 200 })
      const statuses: number[] = []
      for (let i = 0; i < 11; i++) statuses.push((await answer(`wrong-${i}`)).status)
      expect(statuses).toEqual([...Array<number>(10).fill(401), 429])
      const { status, headers } = await answer('wrong-11')
      expect(status).toBe(429)
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(6)
      expect(await answer('new-token')).toMatchObject({ status: 200 })
      expect(await answer('used-token')).toMatchObject({ status: 200 })
    })

    it('stand for their principal in the log, by its name', async () => {
      const credentials = [{ token: 'old-token', name: 'ada' }, { token: 'new-token', name: 'ada' }, { token: 'bare' }]
      await using other = await startGateway({ tokens: new Tokens(credentials) })
      const logged = async ({ token: one }: { token: string }) => {
        const { headers } = await ask(other, '/models/x', { authorization: `Bearer ${one}` })
        return (await other.line(({ id }) => id === headers['x-request-id']))['principal']
      }
      expect(await Promise.all(credentials.map(logged))).toEqual([
        'ada',
        'ada',
        expect.stringMatching(/^key_[0-9a-f]{8}$/)
      ])
    })
  })

  it.each([
    '//v1/models/x',
    '/v1//models/x',
    '/v1/./models/x',
    '/%761/models/x',
    '/v1/models;x',
    '/V1/MODELS/x',
    '/healthz/../v1/models/x',
    '/v1/models/x?key=1',
    '/v1/models/%00',
    '/healthz%2f..%2fmodels/x',
    '/healthz;/models/x',
    '/healthz/models/x',
    '/healthz//models//x',
    '/v1/v1/healthz',
    '/Healthz'
  ])('cannot be gone round by writing the path as %s', async (path) => {
    const { status } = await ask(gateway, path, { authorization: 'Bearer none' })
    expect(status === 401 || status === 429).toBe(true)
  })

  it.each(['/healthz//', '//healthz', '/healthz?/models/x/..'])(
    'is not asked for by what needs no token: %s',
    async (path) => {
      const { status } = await ask(gateway, path, { authorization: 'Bearer none' })
      expect(status).toBe(200)
    }
  )

  describe('a minute’s requests', () => {
    it('are limited for each token, with headers', async () => {
      await using other = await startGateway({
        tokens: new Tokens([{ token: 'one-token' }, { token: 'two-token' }]),
        env: { CODEX_TOKEN_REQUESTS_PER_MINUTE: '2' }
      })
      const answer = (one: string) => ask(other, '/models/x', { authorization: `Bearer ${one}` })
      expect((await answer('one-token')).headers).toMatchObject({
        'x-ratelimit-limit-requests': '2',
        'x-ratelimit-remaining-requests': '1',
        'x-ratelimit-reset-requests': '30s'
      })
      expect((await answer('one-token')).headers['x-ratelimit-remaining-requests']).toBe('0')
      const refused = await answer('one-token')
      expect(refused).toMatchObject({ status: 429, error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } })
      expect(refused.headers).toMatchObject({
        'retry-after': '30',
        'retry-after-ms': '30000',
        'x-should-retry': 'true'
      })
      expect(await answer('two-token')).toMatchObject({ status: 200 })
      expect(await ask(other, '/healthz', { authorization: '' })).toMatchObject({ status: 200 })
    })

    it('are not mentioned where there is no limit', async () => {
      expect(
        Object.keys((await ask(gateway, '/models/x')).headers).filter((name) => name.startsWith('x-ratelimit'))
      ).toEqual([])
    })
  })
})

it.each([
  ['cannot tell', undefined, true],
  ['knows it no more', async () => false, false],
  ['still knows it', async () => true, true]
])('a token is valid later where its source %s', async (_, isStillValid, isValid) => {
  const identify = () => ({ principal: namedPrincipal('ann', {}), proof: { kind: 'token' as const, digest: 'd' } })
  const check = authCheck({
    authenticator: { required: true, identify, ...(isStillValid && { isStillValid }) },
    attempts: new Attempts()
  })
  const caller = await check({ headers: { authorization: 'Bearer x' }, socket: new Socket() }, '/models')
  expect('isStillValid' in caller && (await caller.isStillValid?.())).toBe(isValid)
})
