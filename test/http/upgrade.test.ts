import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Authenticator } from '../../src/access/authenticator.ts'
import type { Identity } from '../../src/access/authenticator.ts'
import { Tokens } from '../../src/access/tokens.ts'
import { anonymous } from '../../src/access/principal.ts'
import type { Principal } from '../../src/access/principal.ts'
import { checksOf } from '../../src/http/door/checks.ts'
import type { CheckOptions, Checks } from '../../src/http/door/checks.ts'
import { canonicalUrl } from '../../src/http/door/paths.ts'
import { isRefusal } from '../../src/http/door/verdict.ts'
import { serverFor } from '../../src/http/server.ts'
import { upgradeRouter } from '../../src/http/upgrade.ts'
import { openaiErrors } from '../../src/openai/errors.ts'
import { listen } from './start-server.ts'

const defaults: CheckOptions = {
  host: '127.0.0.1',
  origins: ['https://app.example'],
  authenticator: new Authenticator(new Tokens([{ token: 'secret', name: 'alice' }])),
  requestsPerMinute: 0,
  isPublic: (_, path) => path === '/open',
  isAnsweredWhileStopping: (_, path) => path === '/healthz',
  isStopping: () => false
}

const checks = (options: Partial<CheckOptions> = {}) => checksOf({ ...defaults, ...options })

/** A server that answers an offer at `/x` with the id of the principal that it admits, and all else with its method, path and body. */
function serverWith(checks: Checks, isStopping = false) {
  const takeOver = upgradeRouter({
    routes: [
      {
        serves: ({ path }) => path === '/x',
        async accept({ req, socket }) {
          const identity = await checks.open(req, 'remote')
          if (isRefusal(identity)) return identity
          socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${identity.principal.id}`)
          return undefined
        }
      }
    ],
    ...{ screen: checks.screen, canonical: canonicalUrl('/v1'), dialect: openaiErrors },
    isStopping: () => isStopping,
    log: () => {}
  })
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    let body = ''
    for await (const chunk of req) body += String(chunk)
    res.end(`${req.method} ${req.url} ${req.headers.upgrade ?? 'plain'} ${body}`)
  }
  return listen(serverFor(answer, openaiErrors, {}, takeOver))
}

/** Offers to upgrade a connection, and returns the answer. */
async function offer(checks: Checks, headers: Record<string, string> = {}, path = '/v1/x', isStopping = false) {
  await using served = await serverWith(checks, isStopping)
  const socket = connect(served.port, '127.0.0.1')
  const all = { host: 'localhost', connection: 'Upgrade', upgrade: 'websocket', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let text = ''
  socket.on('data', (chunk) => (text += String(chunk)))
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { head, body, status: Number(head.split(' ')[1]) }
}

const limited: Principal = { ...anonymous, id: 'bob', limits: { requestsPerMinute: 1 } }
const limitedIdentity: Identity = { principal: limited, proof: { kind: 'token', digest: '' } }
const right = { authorization: 'Bearer secret' }
const code = ({ body }: { body: string }) => (JSON.parse(body) as { error: { code: string } }).error.code

describe('an offer to upgrade', () => {
  it('is admitted with a valid token, whose principal it gets', async () => {
    expect(await offer(checks(), right)).toMatchObject({ status: 101, body: 'alice' })
    expect(await offer(checks(), { ...right, origin: 'https://app.example' })).toMatchObject({ status: 101 })
  })

  it.each<[string, number, string, Record<string, string>, boolean?]>([
    ['without a token', 401, 'missing_api_key', {}],
    ['with a wrong token', 401, 'invalid_api_key', { authorization: 'Bearer wrong' }],
    ['for a foreign host', 403, 'host_not_allowed', { ...right, host: 'evil.example' }],
    ['from a web page', 403, 'origin_not_allowed', { ...right, origin: 'https://evil.example' }],
    ['while the gateway stops', 503, 'service_unavailable', right, true],
    ['with an Expect of its own', 400, 'bad_request', { ...right, expect: 'a miracle' }]
  ])('is refused in the dialect and disconnected: %s', async (_, status, wanted, headers, isStopping) => {
    const answer = await offer(checks(), headers, '/v1/x', isStopping)
    expect([answer.status, code(answer)]).toEqual([status, wanted])
    expect(answer.head).toMatch(/^connection: close$/m)
    expect(answer.head).toMatch(/^x-request-id: req_[0-9a-f]{32}$/m)
    expect(/^www-authenticate: Bearer$/m.test(answer.head)).toBe(status === 401)
  })

  it.each<[string, number, Partial<CheckOptions>]>([
    ['of the gateway', 2, { requestsPerMinute: 2 }],
    ['of its own', 1, { requestsPerMinute: 2, authenticator: { required: true, identify: () => limitedIdentity } }]
  ])('counts towards the limit of its principal: %s', async (_, limit, options) => {
    const shared = checks(options)
    for (let at = 0; at < limit; at++) expect(await offer(shared, right)).toMatchObject({ status: 101 })
    const answer = await offer(shared, right)
    expect([answer.status, code(answer)]).toEqual([429, 'rate_limit_exceeded'])
    expect(answer.head).toMatch(new RegExp(`^x-ratelimit-limit-requests: ${limit}$`, 'm'))
    expect(answer.head).toMatch(/^retry-after: \d+$/m)
  })
})

describe('an offer that is not served', () => {
  it.each<[string, string, string]>([
    [
      'of another protocol, with a body',
      'POST /x HTTP/1.1\r\nhost: localhost\r\nupgrade: h2c\r\nconnection: Upgrade, HTTP2-Settings\r\ncontent-length: 4\r\n\r\nbody',
      'POST /x plain body'
    ],
    [
      'at another path',
      'GET /y HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n',
      'GET /y plain '
    ]
  ])('is ignored: %s', async (_, request, wanted) => {
    await using served = await serverWith(checks())
    const socket = connect(served.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.write(request)
    await expect.poll(() => text).toContain(wanted)
    socket.write(`GET /next HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(text).toContain('GET /next plain')
  })
})
