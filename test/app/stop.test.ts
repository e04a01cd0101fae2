import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { RunTurn } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { aborted, exchange, hanging, post, startGateway } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const admitted: TurnEvent = { type: 'turn.admitted', engine: 'scripted', queued_ms: 0 }
const delta: TurnEvent = { type: 'item.delta', item_id: 'i', item_type: 'agent_message', delta: 'x' }

/** Turns that begin with these events, each time one is asked for, and then hang; the last goes on when told. */
async function busy(
  begin: TurnEvent[][],
  times = {}
): Promise<StartedGateway & { running: Promise<void>; finish: () => void }> {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  let begun = () => {}
  const running = new Promise<void>((resolve) => (begun = resolve))
  let count = 0
  const run: RunTurn = async function* (request, signal) {
    const first = begin[count++] ?? []
    if (count === begin.length) setImmediate(begun) // when it has said them
    if (first.length === 0) yield* hanging()(request, signal)
    yield* first
    await Promise.race([finished, aborted(signal)])
    yield signal.aborted ? { type: 'turn.interrupted', reason: 'shutdown' } : { type: 'turn.completed' }
  }
  return { ...(await startGateway({ run, times })), running, finish: () => finish() }
}

const health = (port: number, path: string) =>
  exchange(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)

describe('a gateway that stops', () => {
  it('refuses new work and what waits, and lets what runs finish', async () => {
    const gateway = await busy([[admitted], [admitted, delta], []])
    const whole = post(`${gateway.url}/turn`, {})
    const streamed = await post(`${gateway.url}/turn?stream`, {})
    const queued = post(`${gateway.url}/turn`, {})
    await gateway.running
    const stopped = gateway.gateway.stop()
    const refused = await queued
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([503, 'true'])
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused.json()).toMatchObject({ error: { code: 'service_unavailable' } })
    const late = await post(`${gateway.url}/turn`, {})
    expect([late.status, late.headers.get('connection'), late.headers.get('retry-after')]).toEqual([503, 'close', '5'])
    expect(await health(gateway.port, '/healthz')).toMatch(/^HTTP\/1\.1 200 /)
    expect(await health(gateway.port, '/readyz')).toMatch(/^HTTP\/1\.1 503 /)
    gateway.finish()
    expect(await (await whole).json()).toEqual({ said: '' })
    expect(await streamed.text()).toBe('data: "x"\n\ndata: [DONE]\n\n')
    await stopped
    expect(gateway.server.listening).toBe(false)
    expect(await connections(gateway)).toBe(0)
  })

  it('interrupts what runs when its time is over', async () => {
    const gateway = await busy([[admitted]], { finish: 50 })
    const running = post(`${gateway.url}/turn`, {})
    await gateway.running
    const stopped = gateway.gateway.stop()
    expect((await running).status).toBe(503)
    await stopped
    expect(await connections(gateway)).toBe(0)
  })

  it('does not wait when it is called twice', async () => {
    const gateway = await busy([[admitted]])
    const running = post(`${gateway.url}/turn`, {})
    await gateway.running
    const begun = performance.now()
    const stopped = gateway.gateway.stop()
    await gateway.gateway.stop()
    await stopped
    expect((await running).status).toBe(503)
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(await connections(gateway)).toBe(0)
  })

  it('closes connections that do nothing, and those that will not go', async () => {
    const gateway = await busy([], { close: 50 })
    const silent = connect(gateway.port, '127.0.0.1')
    await once(silent, 'connect')
    const unsent = connect(gateway.port, '127.0.0.1')
    unsent.write('GET /healthz HTTP/1.1\r\nHost: local')
    const closed = Promise.all([once(silent, 'close'), once(unsent, 'close')])
    await health(gateway.port, '/nowhere')
    await gateway.gateway.stop()
    await closed
    expect(await connections(gateway)).toBe(0)
  })

  it('cuts connections that are no longer HTTP and that nobody ends', async () => {
    const gateway = await busy([], { close: 50 })
    const upgraded = once(gateway.server, 'upgrade')
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await upgraded
    const closed = once(socket, 'close')
    await gateway.gateway.stop()
    await closed
    expect(await connections(gateway)).toBe(0)
  })

  it('has nothing to wait for when nothing runs', async () => {
    const gateway = await busy([])
    const begun = performance.now()
    await gateway.gateway[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(900)
  })
})

function connections({ server }: StartedGateway): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  )
}
