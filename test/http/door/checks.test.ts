import { describe, expect, it } from 'vitest'
import { Attempts } from '../../../src/access/attempts.ts'
import { anonymous } from '../../../src/access/principal.ts'
import { RateLimit } from '../../../src/access/rate.ts'
import type { Checks } from '../../../src/http/door/checks.ts'
import { bearer, checks, head, identityOf } from './quick-checks.ts'

const refusal = (code: string, message = '') => ({
  error: { code, message: expect.stringContaining(message) as string }
})

describe.each([false, true])('with a token that is found later: %s,', (isLater) => {
  it.each<[string, string, object]>([
    ['whole', '/x', { principal: { name: 'whole' } }],
    ['caller', '/x', { principal: { name: 'caller' } }],
    ['distant', '/models', { principal: { name: 'distant' } }],
    ['distant', '/x', refusal('forbidden', 'may not call the APIs')],
    ['chatting', '/chat/completions', { principal: { name: 'chatting' } }],
    ['chatting', '/tasks', refusal('forbidden', 'for these APIs alone: chat')],
    ['other', '/x', refusal('unauthenticated', 'provided: ….')],
    ['eleven-long', '/x', refusal('unauthenticated', 'provided: ….')],
    ['twelve--long', '/x', refusal('unauthenticated', 'provided: …long.')],
    ['sk-twelve=ong', '/x', refusal('unauthenticated', 'provided: sk-…*ong.')],
    ['expired', '/x', refusal('unauthenticated', 'has expired')],
    ['revoked', '/x', refusal('unauthenticated', 'was revoked')]
  ])('%s gets the right answer at %s', async (token, path, answer) => {
    expect(await checks({ isLater }).admit(head(bearer(token)), path)).toMatchObject(answer)
  })

  it.each<[string, 'api' | 'remote' | 'executor', object]>([
    ['whole', 'executor', { principal: { name: 'whole' }, proof: { digest: 'whole' } }],
    ['distant', 'remote', { principal: { name: 'distant' } }],
    ['distant', 'executor', refusal('forbidden', 'may not run commands for a workspace')],
    ['caller', 'remote', refusal('forbidden', 'may not open a remote TUI')],
    ['chatting', 'remote', refusal('forbidden', 'for these APIs alone: chat')],
    ['other', 'remote', refusal('unauthenticated', 'Incorrect API key')]
  ])('%s opens a connection for %s or does not', async (token, scope, answer) => {
    const identity = await checks({ isLater }).open(head(bearer(token)), scope)
    expect(identity).toMatchObject(answer)
    expect('error' in identity && 'principal' in identity).toBe(false)
  })
})

it.each([{}, { 'x-api-key': '' }, { 'x-api-key': '', 'api-key': 'whole' }, { authorization: 'Basic eDp5' }])(
  'no token in %j is none, for requests and connections',
  async (headers) => {
    const missing = { error: { code: 'unauthenticated', reason: 'missing_credentials' } }
    expect(await checks().admit(head(headers), '/x')).toMatchObject(missing)
    expect(await checks().open(head(headers), 'api')).toMatchObject(missing)
  }
)

it('everybody is let in where no token is required, and to what is public', async () => {
  const authenticator = { required: false, identify: identityOf }
  expect(await checks({ authenticator }).admit(head(), '/x')).toMatchObject({ principal: anonymous })
  expect(await checks().admit(head(), '/healthz')).toEqual({ principal: anonymous, headers: {} })
})

it('an answer that goes on for long can ask whether its token is still valid', async () => {
  for (const isLater of [false, true])
    for (const takeRequest of [undefined, async () => new RateLimit(5).take('x')]) {
      const { admit } = checks({ isLater, takeRequest, requestsPerMinute: 5 })
      for (const [token, isValid] of [['whole', true] as const, ['slow', false] as const]) {
        const verdict = await admit(head(bearer(token)), '/x')
        expect('principal' in verdict && (await verdict.isStillValid?.())).toBe(isValid)
      }
    }
})

describe('requests per minute', () => {
  const limitOf = async ({ admit }: Checks, token: string) => {
    const verdict = await admit(head(bearer(token)), '/x')
    return ['error' in verdict, verdict.headers?.['x-ratelimit-limit-requests']]
  }

  it('are counted for a principal, with its own limit or the gateway’s', async () => {
    const limited = checks({ requestsPerMinute: 2 })
    const found = []
    for (const token of ['slow', 'slow', 'whole', 'whole', 'whole', 'caller']) found.push(await limitOf(limited, token))
    expect(found).toEqual([
      [false, '1'],
      [true, '1'],
      [false, '2'],
      [false, '2'],
      [true, '2'],
      [false, '2']
    ])
    expect(await limitOf(checks(), 'whole')).toEqual([false, undefined])
  })

  it('are named in the headers, in whole seconds', async () => {
    const allowance = { allowed: false, remaining: 0, waitMs: 1_001, resetMs: 2_001 }
    expect(await checks({ takeRequest: async () => allowance }).admit(head(bearer('slow')), '/x')).toMatchObject({
      error: { code: 'rate_limited', retryAfter: 2 },
      headers: {
        'x-ratelimit-limit-requests': '1',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '3s'
      }
    })
  })

  it('count connections, too', async () => {
    const { open } = checks({ requestsPerMinute: 1 })
    expect(await open(head(bearer('distant')), 'remote')).toMatchObject({ principal: { name: 'distant' } })
    expect(await open(head(bearer('distant')), 'remote')).toMatchObject({ error: { code: 'rate_limited' } })
  })

  it('do not count what is refused', async () => {
    const limited = checks({ requestsPerMinute: 1 })
    expect(await limited.admit(head(bearer('chatting')), '/tasks')).toMatchObject(refusal('forbidden'))
    expect(await limited.admit(head(bearer('chatting')), '/chat/completions')).toHaveProperty('principal')
  })
})

it.each([false, true])('too many wrong tokens are refused, counted elsewhere: %s', async (isElsewhere) => {
  const limit = new RateLimit(1, { now: () => 0 })
  const attempts = isElsewhere ? new Attempts(undefined, async (network) => limit.take(network)) : new Attempts(limit)
  const { admit } = checks({ attempts })
  expect(await admit(head(bearer('wrong')), '/x')).toMatchObject(refusal('unauthenticated'))
  expect(await admit(head(bearer('wrong')), '/x')).toMatchObject({
    error: { code: 'rate_limited', retryAfter: 60 },
    headers: { 'www-authenticate': 'Bearer' }
  })
})

it.each<[string, string, object]>([
  ['whole', '/x', { error: { reason: 'shutting_down' }, headers: { connection: 'close' } }],
  ['whole', '/turns', { principal: { name: 'whole' }, headers: { connection: 'close' } }],
  ['other', '/turns', { error: { code: 'unauthenticated' }, headers: { connection: 'close' } }],
  ['other', '/healthz', { principal: { name: 'anonymous' }, headers: { connection: 'close' } }]
])('while it stops, %s at %s gets its last answer', async (token, path, answer) => {
  for (const isLater of [false, true])
    expect(await checks({ isLater, isStopping: () => true }).admit(head(bearer(token)), path)).toMatchObject(answer)
})
