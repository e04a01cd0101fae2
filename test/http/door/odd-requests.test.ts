import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodies, framing, lines } from './odd-requests.ts'
import { exchange, startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

/** The parser of Node 20.19 takes this one, and the request ends there: nothing behind it is answered (docs/SECURITY.md). */
const takenByOldParser = 'a bare CR behind a chunk size'
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOldParser = major === 20 && minor < 20
const cases = [...framing, ...lines, ...bodies].filter(([name]) => !isOldParser || name !== takenByOldParser)

const head = /^HTTP\/1\.1 (\d{3}) [\w ]+\r\n((?:[\w-]+: [^\r\n]*\r\n)+)\r\n/

describe('an odd request', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({ env: { CODEX_MAX_BODY_BYTES: '65536' } })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('has at least 74 cases', () => expect(framing.length + lines.length).toBeGreaterThanOrEqual(74))

  it.each(cases)('is refused in the usual shape, and nothing after it is answered: %s', async (_, bytes, status) => {
    const answer = await exchange(gateway.port, Buffer.from(bytes, 'latin1'))
    const [start = '', got, headers = ''] = head.exec(answer) ?? []
    expect(Number(got), answer.slice(0, 300)).toBe(status)
    expect(headers).toMatch(/^content-type: application\/json; charset=utf-8\r$/im)
    expect(headers).toMatch(/^x-request-id: req_[0-9a-f]{32}\r$/im)
    expect(headers).toMatch(/^connection: close\r$/im)
    const text = answer.slice(start.length)
    expect(JSON.parse(text)).toEqual({
      error: {
        message: expect.any(String) as string,
        type: expect.any(String) as string,
        param: null,
        code: expect.any(String) as string
      }
    })
  })

  it('leaves the gateway as it was', async () => {
    expect(
      await exchange(gateway.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    ).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\{"ok":true\}$/s)
  })
})
