import { connect } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Tokens } from '../../src/access/tokens.ts'
import { exchange, post, startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const start = (headers: string) =>
  `POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n`
const auth = `Authorization: Bearer ${token}\r\n`
const status = (answer: string) => Number(answer.slice(9, 12))

describe('a body', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({ env: { CODEX_MAX_BODY_BYTES: '1000000' } })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('is read with any spelling of its type that means JSON in UTF-8', async () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=UTF-8',
      'application/json;charset="utf-8"',
      'application/json ;',
      'application/json; charset=utf8;',
      'application/json; charset=us-ascii',
      "application/json; charset='utf-8'",
      'application/json; odata=verbose; charset=UTF8'
    ]) {
      expect(await (await post(`${gateway.url}/v1/echo`, { a: 'ü' }, { 'content-type': type })).json()).toEqual({
        a: 'ü'
      })
    }
  })

  it('may leave its type out, but not when a page sends it', async () => {
    const answer = (headers: string) =>
      exchange(
        gateway.port,
        `POST /echo HTTP/1.1\r\nHost: localhost\r\n${auth}${headers}Connection: close\r\nContent-Length: 2\r\n\r\n{}`
      )
    expect(status(await answer(''))).toBe(200)
    await using paged = await startGateway({ env: { CODEX_CORS_ORIGINS: 'https://app.example' } })
    const bytes = `POST /echo HTTP/1.1\r\nHost: localhost\r\n${auth}Origin: https://app.example\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`
    expect(status(await exchange(paged.port, bytes))).toBe(415)
  })

  it('may come in chunks, one byte each', async () => {
    const body = [...'{"a":[1]}'].map((byte) => `1\r\n${byte}\r\n`).join('')
    const answer = await exchange(
      gateway.port,
      `${start(`${auth}Transfer-Encoding: chunked\r\nConnection: close\r\n`)}${body}0\r\n\r\n`
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*\{"a":\[1\]\}$/s)
  })

  it('is asked for only when it will be read', async () => {
    const awaited = (headers: string) =>
      exchange(gateway.port, start(`${headers}Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n`))
    const refused = await awaited('Authorization: Bearer wrong-token\r\n')
    expect(refused).toMatch(/^HTTP\/1\.1 401 /)
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(start(`${auth}Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n`))
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('{}')
    const [second] = (await once(socket, 'data')) as [Buffer]
    expect(status(String(second))).toBe(200)
  })

  it.each([
    ['announced', (size: number) => `Content-Length: ${size}\r\n`],
    ['not announced', () => 'Transfer-Encoding: chunked\r\n']
  ])('that is too large is refused, even while the client is still sending: %s', async (_, length) => {
    const size = 30_000_000
    const body = Buffer.alloc(size, 'x')
    const framed = length(0).startsWith('T')
      ? [Buffer.from(`${size.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]
      : [body]
    const answer = await exchange(gateway.port, Buffer.concat([Buffer.from(start(auth + length(size))), ...framed]))
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n.*request_too_large/is)
  })

  it('without a token is not read, and the connection is closed soon', async () => {
    const begun = performance.now()
    const answer = await exchange(gateway.port, `${start('Content-Length: 900000\r\n')}{"a":`)
    expect(status(answer)).toBe(401)
    expect(performance.now() - begun).toBeLessThan(4_000)
  })

  it('that never arrives completely ends in 408', async () => {
    await using hurried = await startGateway({ times: { request: 200, headers: 100, check: 20 } })
    expect(await exchange(hurried.port, `${start(`${auth}Content-Length: 10\r\n`)}{"a":`)).toMatch(
      /^HTTP\/1\.1 408 .*"code":"request_timeout"/s
    )
  })

  it('is read with a byte order mark', async () => {
    const body = Buffer.from('\ufeff{"a":1}')
    const head = start(`${auth}Connection: close\r\nContent-Length: ${body.length}\r\n`)
    expect(await exchange(gateway.port, Buffer.concat([Buffer.from(head), body]))).toMatch(/\{"a":1\}$/)
  })

  it('is refused as fast as any other when its type is very long', async () => {
    const type = `application/json;${' '.repeat(15_000)}x`
    const begun = performance.now()
    const bytes = start(`${auth}Connection: close\r\nContent-Length: 0\r\n`).replace('application/json', type)
    expect(status(await exchange(gateway.port, bytes))).toBe(415)
    expect(performance.now() - begun).toBeLessThan(200)
  })

  it.each(['Content-Length: 900000\r\n', 'Transfer-Encoding: chunked\r\n'])(
    'that comes too slowly is ended: %s',
    async (length) => {
      await using hasty = await startGateway({ bodies: { windowMs: 100, leastBytes: 1_000 } })
      expect(await exchange(hasty.port, `${start(auth + length)}`)).toMatch(
        /^HTTP\/1\.1 408 .*comes too slowly.*"code":"request_timeout"/s
      )
    }
  )

  it('of one principal never takes the room of another, slow or in chunks', async () => {
    await using shared = await startGateway({
      tokens: new Tokens([{ token }, { token: 'other-token' }]),
      env: { CODEX_MAX_BODY_BYTES: '1000000' },
      bodies: { totalBytes: 4_000_000 }
    })
    const send = (headers: string, body = '') => {
      const socket = connect(shared.port, '127.0.0.1')
      socket.on('error', () => {}).write(start(auth + headers) + body)
      return socket
    }
    const chunked = 'Transfer-Encoding: chunked\r\n'
    const sockets = [
      ...Array.from({ length: 12 }, () => send(chunked, '2\r\n{"\r\n')),
      ...Array.from({ length: 4 }, () => send('Content-Length: 900000\r\n', '{'))
    ]
    await untilStatus(shared, 503, 600_000) // the announced ones are there: two of them have room, so that there is none for a third
    expect((await post(`${shared.url}/v1/echo`, { a: 1 })).status).toBe(200)
    const other = { authorization: 'Bearer other-token' }
    expect((await post(`${shared.url}/v1/echo`, { a: 'x'.repeat(500_000) }, other)).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })

  it('in chunks is ended when there is no room for more of it', async () => {
    await using small = await startGateway({
      env: { CODEX_MAX_BODY_BYTES: '1000000' },
      bodies: { totalBytes: 2_000_000 }
    })
    const filled = connect(small.port, '127.0.0.1')
    filled.write(start(`${auth}Content-Length: 900000\r\n`))
    await untilStatus(small, 503, 200_000)
    const head = start(`${auth}Transfer-Encoding: chunked\r\n`)
    expect(status(await exchange(small.port, `${head}30d40\r\n${'x'.repeat(200_000)}\r\n`))).toBe(503)
    filled.destroy()
  })

  it('that its client breaks off is no failure of the gateway', async () => {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(start(`${auth}Content-Length: 10\r\nX-Left: 1\r\n`) + '{', () => socket.destroy())
    expect(await gateway.line((line) => line['status'] === 499)).toMatchObject({ route: '/echo' })
    expect(gateway.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
  })

  it('has no place beside too many others, until one of them is answered', async () => {
    await using small = await startGateway({
      env: { CODEX_MAX_BODY_BYTES: '1000000' },
      bodies: { reading: 4, totalBytes: 1_000_000 } // half of it for one principal
    })
    const open = (length: number) => {
      const socket = connect(small.port, '127.0.0.1')
      socket.write(start(`${auth}Content-Length: ${length}\r\n`))
      return socket
    }
    const first = open(2)
    const second = open(2)
    const refused = await untilStatus(small, 503)
    expect(refused.headers.get('retry-after')).toBe('1')
    first.destroy()
    await untilStatus(small, 200)
    second.destroy()
    const large = open(1_000_000)
    await untilStatus(small, 503)
    large.destroy()
    await untilStatus(small, 200)
  })
})

/** Asks until the answer has this status: what others do on their connections is seen only later. */
async function untilStatus(gateway: StartedGateway, wanted: number, size = 1): Promise<Response> {
  for (;;) {
    const response = await post(`${gateway.url}/v1/echo`, { a: 'x'.repeat(size) })
    await response.arrayBuffer()
    if (response.status === wanted) return response
    await wait(5)
  }
}
