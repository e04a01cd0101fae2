import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunTurn } from '../../src/turn/engine.ts'
import { hanging, exchange, saying, startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const healthz = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
const turn = (query = '', headers = '') =>
  `POST /turn${query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n${headers}\r\n{}`
const isTurn = (line: Record<string, unknown>) => line['route'] === '/turn'

describe('a connection', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({ times: { headers: 150, request: 300, keepAlive: 200, stall: 100, check: 20 } })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it.each([
    ['nothing', ''],
    ['half of its headers', 'GET /healthz HTTP/1.1\r\nHost:']
  ])('that sends %s gets 408, and is closed', async (_, bytes) => {
    expect(await exchange(gateway.port, bytes)).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s)
  })

  it('may be silent for a while between requests, and is closed in peace after it', async () => {
    const socket = connect(gateway.port, '127.0.0.1')
    const answers: string[] = []
    for (const _ of [1, 2]) {
      socket.write(healthz)
      answers.push(String(((await once(socket, 'data')) as [Buffer])[0]))
    }
    expect(
      answers.map((answer) => /^HTTP\/1\.1 200 /.test(answer) && /^connection: keep-alive\r$/im.test(answer))
    ).toEqual([true, true])
    await once(socket, 'end')
    socket.destroy()
  })

  it('may send a hundred requests at once and gets the answers in order', async () => {
    const requests = Array.from(
      { length: 100 },
      (_, at) =>
        `GET /models/m${at} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${at === 99 ? 'Connection: close\r\n' : ''}\r\n`
    )
    const answer = await exchange(gateway.port, requests.join(''))
    expect([...answer.matchAll(/\{"id":"m(\d+)"\}/g)].map((match) => Number(match[1]))).toEqual(
      requests.map((_, at) => at)
    )
  })

  it('is closed when its reader takes nothing of a finished answer', async () => {
    await using large = await startGateway({ run: saying('x'.repeat(20_000_000)), times: { stall: 100 } })
    const socket = connect(large.port, '127.0.0.1').pause()
    socket.write(turn())
    expect(await large.line(isTurn)).toMatchObject({ status: 499, turn: 'turn.completed' })
    socket.destroy()
  })

  it('that is ended by the client counts as left: it looks like one that is gone', async () => {
    let begun = () => {}
    const running = new Promise<void>((resolve) => (begun = resolve))
    const run: RunTurn = async function* (request, signal) {
      begun()
      yield* hanging({ type: 'turn.admitted', engine: 'scripted', queued_ms: 0 })(request, signal)
    }
    await using busy = await startGateway({ run })
    const socket = connect(busy.port, '127.0.0.1')
    socket.write(turn())
    await running
    socket.end()
    expect(await busy.line(isTurn)).toMatchObject({ status: 499 })
    socket.destroy()
  })

  it('that is reset while it is written to ends its turn and nothing else', async () => {
    let ended = () => {}
    const over = new Promise<void>((resolve) => (ended = resolve))
    const run: RunTurn = async function* (_request, signal) {
      while (!signal.aborted) {
        yield { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'x' }
        await new Promise(setImmediate)
      }
      ended()
      yield { type: 'turn.interrupted', reason: 'client' }
    }
    await using busy = await startGateway({ run })
    const socket = connect(busy.port, '127.0.0.1')
    socket.write(turn('?stream'))
    await once(socket, 'data')
    socket.resetAndDestroy()
    await over
    expect(await busy.line(isTurn)).toMatchObject({ status: 499 })
    expect(await exchange(busy.port, healthz.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).toMatch(
      /^HTTP\/1\.1 200 /
    )
    expect(busy.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
  })

  it('that sends nonsense behind a request gets 400 behind its answer', async () => {
    const run: RunTurn = async function* () {
      yield { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'x' }
      await new Promise((resolve) => setTimeout(resolve, 50))
      yield { type: 'turn.completed' }
    }
    await using busy = await startGateway({ run })
    const socket = connect(busy.port, '127.0.0.1')
    const chunks: string[] = []
    socket.on('data', (chunk) => chunks.push(String(chunk)))
    socket.write(turn('?stream'))
    await once(socket, 'data')
    socket.write('NONSENSE\r\n\r\n')
    await once(socket, 'close')
    expect(chunks.join('')).toMatch(/^HTTP\/1\.1 200 .*\[DONE\].*HTTP\/1\.1 400 [^]*"code":"bad_request"/s)
  })
})
