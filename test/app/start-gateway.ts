import { connect } from 'node:net'
import { once } from 'node:events'
import { configFrom } from '../../src/config/config.ts'
import { createGateway } from '../../src/app/gateway.ts'
import type { Gateway, GatewayOptions } from '../../src/app/gateway.ts'
import { failureFrom } from '../../src/turn/outcome.ts'
import { lifetime } from '../../src/http/lifetime.ts'
import { reported } from '../../src/http/report.ts'
import { openSse } from '../../src/http/answer/sse.ts'
import type { Api, Operation } from '../../src/http/api.ts'
import { untilOutput } from '../../src/http/answer/first-event.ts'
import { createLog } from '../../src/telemetry/log.ts'
import type { ApiOptions } from '../../src/app/api-options.ts'
import type { Engine, RunTurn } from '../../src/turn/engine.ts'
import { isTurnEnd } from '../../src/turn/event.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { listen } from '../http/start-server.ts'
import type { StartedServer } from '../http/start-server.ts'
import { privateStore } from '../store/private-store.ts'

export const token = 'sk-test-0123456789abcdefghijkl'

/** A gateway on a free port with a scripted engine, small routes, a home of its own, and its log's lines. */
export interface StartedGateway extends StartedServer {
  gateway: Gateway
  lines: Record<string, unknown>[]
  /** Resolves with the next line of which this is true, also one that is there already. */
  line: (is: (line: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>
}

export interface StartOptions extends Partial<GatewayOptions> {
  env?: Record<string, string>
  run?: RunTurn
}

export async function startGateway({
  env = {},
  run = saying('hello'),
  ...options
}: StartOptions = {}): Promise<StartedGateway> {
  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  const write = (line: string) => {
    lines.push(JSON.parse(line) as Record<string, unknown>)
    for (const look of waiting) look()
  }
  const log = createLog({ destination: { write } })
  const own = await privateStore(env['CODEX_CLI_HOME'], (fields, message) => log.warn(fields, message))
  const gateway = createGateway({
    config: configFrom({ CODEX_GATEWAY_TOKEN: token, CODEX_CLI_HOME: own.home, ...env }),
    store: own.store,
    engine: engineOf(run),
    log,
    apis: (options) => [smallApi(options)],
    ...options
  })
  const server = await listen(gateway.server)
  const line = (is: (line: Record<string, unknown>) => boolean) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const look = () => {
        const found = lines.find(is)
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const close = async () => {
    await server[Symbol.asyncDispose]()
    await own[Symbol.asyncDispose]()
  }
  return { ...server, gateway, lines, line, [Symbol.asyncDispose]: close }
}

function engineOf(run: RunTurn): Engine {
  return { name: 'scripted', can: { tools: true }, run, [Symbol.asyncDispose]: async () => {} }
}

/** An engine that says these words and is done. */
export function saying(...words: string[]): RunTurn {
  return async function* () {
    yield { type: 'turn.admitted', engine: 'scripted', queued_ms: 3 }
    yield { type: 'thread.started', thread_id: 'thread-1' }
    yield { type: 'turn.started' }
    for (const delta of words) yield { type: 'item.delta', item_id: 'item', item_type: 'agent_message', delta }
    yield { type: 'item.completed', item: { id: 'item', type: 'agent_message', text: words.join('') } }
    yield {
      type: 'turn.completed',
      usage: {
        input_tokens: 7,
        cached_input_tokens: 0,
        cache_write_input_tokens: 0,
        output_tokens: 5,
        reasoning_output_tokens: 0
      }
    }
  }
}

/** An engine that says `first` and then nothing until its signal aborts. */
export function hanging(...first: TurnEvent[]): RunTurn {
  return async function* (_request, signal) {
    yield* first
    await aborted(signal)
    yield { type: 'turn.interrupted', reason: signal.reason as 'client' | 'shutdown' }
  }
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

const operation = (
  method: 'get' | 'post',
  path: string,
  handle: Operation['handle'],
  more: Partial<Operation> = {}
) => ({
  method,
  path,
  summary: '',
  answer: 'text/plain' as const,
  handle,
  ...more
})

/** `/turn` answers with one object, `/turn?stream` streams, `/echo` gives the body back. */
export function smallApi({ engine, readBody }: ApiOptions): Api {
  return {
    operations: [
      operation('get', '/healthz', (ctx) => void (ctx.body = { ok: true }), { isPublic: true, whileStopping: true }),
      operation('get', '/models/{+id}', (ctx) => void (ctx.body = { id: ctx.params['id'] })),
      operation('post', '/echo', async (ctx) => void (ctx.body = await readBody(ctx))),
      operation('post', '/bug', () => {
        throw new TypeError('a secret https://upstream.example/x sk-verysecretkey', {
          cause: new Error('Bearer abcdefgh\nnext')
        })
      }),
      operation('post', '/turn', async (ctx) => {
        const body = await readBody(ctx)
        if (typeof body['model'] === 'string') ctx.state.model = body['model']
        const request = { input: [{ type: 'text' as const, text: JSON.stringify(body) }] }
        const events = await untilOutput(reported(engine.run(request, lifetime(ctx)), ctx, request))
        const stream = 'stream' in ctx.query ? openSse(ctx) : undefined
        let said = ''
        for await (const event of events) {
          if (event.type === 'item.delta') said += event.delta
          if (event.type === 'item.delta') await stream?.send(JSON.stringify(said))
          const failure = isTurnEnd(event) ? failureFrom(event) : undefined
          if (failure && !stream) throw failure
        }
        if (stream) await stream.end('[DONE]')
        else ctx.body = { said }
      })
    ]
  }
}

/** Sends these bytes and gives back all that comes until the connection closes. */
export async function exchange(port: number, bytes: string | Buffer, end = false): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.write(bytes)
  if (end) socket.end()
  await new Promise((resolve) => socket.once('close', resolve)) // `once` would throw what a reset says
  return Buffer.concat(chunks).toString()
}

export const post = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    signal: signal ?? null,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body)
  })
