import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { lifetime } from '../../src/http/lifetime.ts'
import { openSse } from '../../src/http/answer/sse.ts'
import type { SseOptions, SseStream } from '../../src/http/answer/sse.ts'
import type { GatewayContext } from '../../src/http/state.ts'
import { startMiddleware } from './start-server.ts'
import type { StartedServer } from './start-server.ts'

function streaming(
  play: (stream: SseStream, ctx: GatewayContext) => Promise<void>,
  options?: SseOptions
): Promise<StartedServer> {
  return startMiddleware(async (ctx) => {
    await using stream = openSse(ctx, options)
    await play(stream, ctx)
  })
}

/** A reader that does not read until it is resumed. */
async function paused(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url), 'response')) as [IncomingMessage]
  response.pause()
  return response
}

const endless =
  (ended: (ms: number, ctx: GatewayContext) => void) => async (stream: SseStream, ctx: GatewayContext) => {
    const signal = lifetime(ctx)
    while (!signal.aborted) {
      expect(ctx.res.writableLength).toBeLessThan(1_048_576)
      const begun = performance.now()
      await (stream.send('x'.repeat(10_000)) ?? new Promise(setImmediate))
      if (signal.aborted) ended(performance.now() - begun, ctx)
    }
  }

/** What Python's `splitlines`, among others, takes for the end of a line. */
const lineEnds = new RegExp(`[${['\\n\\v\\f\\r', '\\u001c-\\u001e', '\\u0085\\u2028\\u2029'].join('')}]`)

describe('an event stream', () => {
  it('has no line end but those between its fields, however a reader splits lines', async () => {
    const text = 'a\u0085b\u2028c\u2029d\r\n\u000b\u000c\u001c\u001e'
    await using server = await streaming(async (stream) => {
      void stream.send(JSON.stringify({ text }), 'response.created')
      await stream.end(JSON.stringify({ error: text }))
    })
    const body = await (await fetch(server.url)).text()
    const lines = body.split('\r\n').flatMap((part) => part.split(lineEnds))
    const [event, created = '', , failed = '', ...rest] = lines
    expect([event, rest]).toEqual(['event: response.created', ['', '']])
    expect([created, failed].map((line) => JSON.parse(line.slice('data: '.length)) as unknown)).toEqual([
      { text },
      { error: text }
    ])
  })

  it('has the headers that clients and proxies need, and one data line an event', async () => {
    await using server = await streaming(async (stream) => {
      void stream.send('{"a":"\\n\\ndata: [DONE]"}')
      void stream.send('{"b":1}', 'response.created')
      await stream.end('[DONE]')
    })
    const response = await fetch(server.url)
    expect(await response.text()).toBe(
      'data: {"a":"\\n\\ndata: [DONE]"}\n\nevent: response.created\ndata: {"b":1}\n\ndata: [DONE]\n\n'
    )
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/) as string,
      'openai-processing-ms': expect.stringMatching(/^\d+$/) as string
    })
    expect(response.headers.has('content-length')).toBe(false)
  })

  it('breaks the connection when it is left without an end', async () => {
    await using server = await streaming(async (stream) => void stream.send('1'))
    await expect((await fetch(server.url)).text()).rejects.toThrow()
  })

  it('sends keep-alives when no event is sent, and none otherwise', async () => {
    await using server = await streaming(
      async (stream) => {
        for (let i = 0; i < 8; i++) {
          void stream.send('word')
          await new Promise((resolve) => setTimeout(resolve, 15))
        }
        await new Promise((resolve) => setTimeout(resolve, 200))
        await stream.end()
      },
      { keepAlive: () => 'alive', silenceMs: 80 }
    )
    const text = await (await fetch(server.url)).text()
    expect(text).toMatch(/^(data: word\n\n){8}(data: alive\n\n){2}$/)
  })

  it.each([
    ['comment', /^(: keep-alive\n\n)+data: last\n\n$/],
    ['off', /^data: last\n\n$/]
  ] as const)('sends another keep-alive, or none: %s', async (keepAliveStyle, wanted) => {
    await using server = await streaming(
      async (stream) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        await stream.end('last')
      },
      { keepAlive: () => 'alive', keepAliveStyle, silenceMs: 5 }
    )
    expect(await (await fetch(server.url)).text()).toMatch(wanted)
  })

  it('buffers little for a reader that takes nothing, then ends the turn', async () => {
    let report = (_: { ms: number; stalled: boolean | undefined; reason: unknown }) => {}
    const ended = new Promise<{ ms: number; stalled: boolean | undefined; reason: unknown }>(
      (resolve) => (report = resolve)
    )
    const play = endless((ms, ctx) => report({ ms, stalled: ctx.state.stalled, reason: lifetime(ctx).reason }))
    await using server = await streaming(play, { stallMs: 150 })
    await paused(server.url)
    const { ms, stalled, reason } = await ended
    expect({ stalled, reason }).toEqual({ stalled: true, reason: 'client' })
    expect(ms).toBeGreaterThanOrEqual(145)
  })

  it('ends the turn of a reader that takes nothing and goes on sending', async () => {
    let report = (_: unknown) => {}
    const ended = new Promise<unknown>((resolve) => (report = resolve))
    await using server = await streaming(
      endless((_, ctx) => report(ctx.state.stalled)),
      { stallMs: 150 }
    )
    const socket = connect(server.port, '127.0.0.1').pause()
    socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /')
    const drip = setInterval(() => socket.write('x'), 20)
    expect(await ended).toBe(true)
    clearInterval(drip)
    socket.destroy()
  })

  it('goes on when a slow reader catches up', async () => {
    const size = 3_000
    await using server = await streaming(
      async (stream) => {
        for (let i = 0; i < size; i++) await stream.send('x'.repeat(10_000))
        await stream.end()
      },
      { stallMs: 2_000 }
    )
    const reader = await paused(server.url)
    await new Promise((resolve) => setTimeout(resolve, 50))
    let bytes = 0
    for await (const chunk of reader) bytes += (chunk as Buffer).length
    expect(bytes).toBe(size * 10_008)
  })

  it('does not wait for a reader that takes nothing of the end', async () => {
    let told = () => {}
    const over = new Promise<void>((resolve) => (told = resolve))
    await using server = await streaming(
      async (stream) => {
        void stream.send('x'.repeat(20_000_000))
        await stream.end()
        told()
      },
      { stallMs: 100 }
    )
    await paused(server.url)
    await over
  })

  it('ignores events once its reader is gone', async () => {
    let tell = (_: unknown) => {}
    const result = new Promise<unknown>((resolve) => (tell = resolve))
    await using server = await streaming(async (stream, ctx) => {
      const signal = lifetime(ctx)
      void stream.send('1')
      await once(signal, 'abort')
      const waits = stream.send('2')
      await stream.end('3')
      tell([signal.reason, waits])
    })
    const leaving = new AbortController()
    await fetch(server.url, { signal: leaving.signal })
    leaving.abort()
    expect(await result).toEqual(['client', undefined])
  })
})
