import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { serverFor } from '../../src/http/server.ts'
import type { ServerTimes } from '../../src/http/server.ts'
import { openaiErrors } from '../../src/openai/errors.ts'
import { listen } from './start-server.ts'
import type { StartedServer } from './start-server.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const large = Buffer.alloc(4_000_000, 'x') // more than a kernel holds for a reader that stands still

interface Counting extends StartedServer {
  /** Requests that reached the handler, and not yet the client. */
  unanswered: () => number
  handled: () => number
}

/** Answers `/large` with a lot, and everything else with its path and its body. */
async function counting(times: ServerTimes = {}): Promise<Counting> {
  let [handled, unanswered] = [0, 0]
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    handled += 1
    unanswered += 1
    res.once('close', () => (unanswered -= 1)).on('timeout', () => res.destroy())
    let body = ''
    for await (const chunk of req) body += String(chunk)
    res.end(req.url === '/large' ? large : `${req.url} ${body};`)
  }
  const served = await listen(serverFor(handle, openaiErrors, times))
  return { ...served, handled: () => handled, unanswered: () => unanswered }
}

function sending(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => {}).write(text)
  return socket
}

/** Milliseconds until somebody else is answered. */
async function askedBeside({ port }: StartedServer): Promise<number> {
  const begun = performance.now()
  const [response] = (await once(request({ port, agent: false }).end(), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return performance.now() - begun
}

describe('pipelined requests', () => {
  it('of a client that does not read are not begun beyond the first', async () => {
    await using server = await counting()
    const sockets = Array.from({ length: 20 }, () => sending(server.port, get('/large').repeat(700)))
    await expect.poll(server.unanswered).toBe(20)
    const others = [await askedBeside(server), await askedBeside(server), await askedBeside(server)]
    expect(Math.min(...others)).toBeLessThan(100)
    expect(server.handled()).toBe(20 + others.length)
    for (const socket of sockets) socket.destroy()
    await expect.poll(server.unanswered).toBe(0)
  })

  it.each([
    ['all at once', get('/large').repeat(700), ''],
    ['the last of them a byte at a time', `${get('/large').repeat(2)}GET /`, 'x']
  ])('of a client that does not read end with its connection: %s', async (_, text, more) => {
    await using server = await counting({ stall: 200, headers: 1_000, check: 100 })
    const socket = sending(server.port, text)
    await expect.poll(server.unanswered).toBeGreaterThan(0)
    const drip = setInterval(() => socket.write(more), 20)
    await expect.poll(server.unanswered, { timeout: 10_000 }).toBe(0)
    clearInterval(drip)
    socket.destroy()
  })

  it('with bodies are not parsed beyond the first few, either', async () => {
    await using server = await counting()
    let parsed = 0
    server.server.on('request', () => (parsed += 1))
    const socket = sending(server.port, post('/large', 'b').repeat(700))
    await expect.poll(server.unanswered).toBe(1)
    for (let at = 0; at < 3; at++) await askedBeside(server)
    expect(parsed).toBeLessThan(10)
    socket.destroy()
  })

  it('are all answered, in order, with their bodies, to a client that reads', async () => {
    await using server = await counting()
    const paths = Array.from({ length: 900 }, (_, at) => `/${at}`)
    const bodies = ['', 'a', '\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '\r\n\r\n'.repeat(5_000), 'x'.repeat(100_000)]
    const bodyOf = (at: number) => bodies[at % bodies.length] ?? ''
    const text = paths.map((path, at) => (at % 3 === 0 ? get(path) : post(path, at < 60 ? bodyOf(at) : 'b'))).join('')
    const socket = connect(server.port, '127.0.0.1')
    socket.write(text)
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    await expect.poll(() => answer.includes(`${paths.at(-1)} `), { timeout: 10_000 }).toBe(true)
    const answered = [...answer.matchAll(/^(\/\d+) ([^;]*);/gm)].map(([, path, body]) => [path, body])
    expect(answered.map(([path]) => path)).toEqual(paths)
    expect(answered.slice(0, 60).map(([, body]) => body)).toEqual(
      paths.slice(0, 60).map((_, at) => (at % 3 === 0 ? '' : bodyOf(at)))
    )
    socket.destroy()
  })

  it('are parsed in turns, so that a flood of small ones does not delay others', async () => {
    await using server = await counting()
    const sockets = Array.from({ length: 50 }, () => sending(server.port, get('/').repeat(700)).resume())
    await expect.poll(server.handled).toBeGreaterThan(0)
    const others: number[] = []
    for (let at = 0; at < 15; at++) others.push(await askedBeside(server))
    expect(server.handled()).toBeLessThan(50 * 700)
    expect(others.sort((one, other) => one - other)[7]).toBeLessThan(100)
    for (const socket of sockets) socket.destroy()
  })

  it('may be sent by a client that then sends no more', async () => {
    await using server = await counting()
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.end(get('/large').repeat(50))
    let bytes = 0
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
    await once(socket, 'close')
    await expect.poll(server.unanswered).toBe(0)
    expect(bytes).toBeGreaterThan(0)
  })

  it.each([
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n',
    'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AA==\r\n\r\n'
  ])('behind an offer to upgrade are answered like it, in HTTP/1.1', async (offer) => {
    await using server = await counting()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(get('/a').replace('\r\n\r\n', `\r\n${offer}`) + post('/b', 'body').replace('\r\n\r\n', `\r\n${offer}`))
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 200 OK.*\/a ;HTTP\/1\.1 200 OK.*\/b body;$/s)
    socket.destroy()
  })
})
