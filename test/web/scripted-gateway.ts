import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Assets } from '../../src/api/page/assets.ts'
import { pageApi } from '../../src/api/page/api.ts'
import { listen } from '../http/start-server.ts'
import Koa from 'koa'
import { surfaceOf } from '../../src/http/surface.ts'
import { openaiErrors } from '../../src/openai/errors.ts'
import { canonicalUrl, paths } from '../../src/http/door/paths.ts'
import { begin } from '../../src/http/state.ts'
import type { RequestState } from '../../src/http/state.ts'

export const sessionId = `session_${'0'.repeat(32)}`

export interface ScriptedGateway extends AsyncDisposable {
  url: string
  /** Requests that were made, but for the streams: `POST /api/sessions/…/turn` with its body. */
  readonly calls: { what: string; body: unknown }[]
  /** Sends an event to all watchers, and to those to come. */
  emit: (event: string, data: object) => void
  notify: (method: string, params: object) => void
  /** Breaks all streams. */
  cut: () => void
  /** Whether new streams are broken at once. */
  refuse: (isRefusing: boolean) => void
  /** Answers no request that writes before this. */
  hold: (until: Promise<void>) => void
  state: Record<string, unknown>
  login: { required: boolean }
  /** What the caller is said to have used. */
  usage: { periods: { day: { total_tokens: number } }; limits: object[]; account: { windows: object[] } }
}

/** One session whose events a test sends, for what the real gateway cannot be made to show. It serves the real page. */
export async function startScriptedGateway(page: Assets, name: string | null = null): Promise<ScriptedGateway> {
  const log: string[] = []
  const streams = new Set<ServerResponse>()
  const calls: ScriptedGateway['calls'] = []
  let isRefusing = false
  let held = Promise.resolve()
  const login = { required: false }
  const usage: ScriptedGateway['usage'] = {
    periods: { day: { total_tokens: 0 } },
    limits: [],
    account: { windows: [] }
  }
  const state: ScriptedGateway['state'] = {
    workspace: 'default',
    models: [{ id: 'gpt-5.5', model: 'gpt-5.5', displayName: 'gpt-5.5', isDefault: true }],
    selectedModel: 'gpt-5.5',
    effort: null,
    approvalPolicy: 'never',
    canAsk: true,
    threadId: 'thread-1',
    currentTurnId: null,
    activeTurn: false,
    lastTurnStatus: null,
    pendingRequests: [],
    tokenUsage: null,
    transcript: []
  }
  const session = {
    id: sessionId,
    createdAt: Date.now(),
    threadId: 'thread-1',
    workspace: 'default',
    name,
    preview: null
  }
  const frame = (id: number, event: string, data: object) =>
    `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  const current = () => ({ ...state, seq: log.length })
  const emit: ScriptedGateway['emit'] = (event, data) => {
    log.push(frame(log.length + 1, event, data))
    for (const stream of streams) stream.write(log.at(-1))
  }

  function stream(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (isRefusing) return void response.destroy()
    const after = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? log.length)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 300\n\n')
    response.write(frame(after, 'session', { sessionId, session }) + frame(after, 'state', current()))
    response.write(log.slice(after).join(''))
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }

  const answers: Record<string, () => object> = {
    'GET /login': () => ({ ok: true, ...login, principal: null }),
    'GET /v1/workspaces': () => ({ data: [{ id: 'default' }] }),
    'GET /api/sessions': () => ({ sessions: [{ ...session, state: current() }] }),
    'GET /api/threads': () => ({ data: threads, nextCursor: null }),
    'GET /api/threads/thread-1/items': () => ({ data: [], nextCursor: null }),
    'GET /api/models': () => ({ data: [model] }),
    'GET /v1/usage': () => usage,
    'GET /api/account/rate-limits': () => ({
      rateLimits: { primary: { usedPercent: 42, windowDurationMins: 300, resetsAt: 1764200000 }, secondary: null }
    })
  }
  const app = new Koa<RequestState>()
  app.use(begin({}))
  app.use(paths(canonicalUrl('/none')))
  app.use(async (ctx, next) => {
    const url = new URL(ctx.url, 'http://localhost')
    if (url.pathname.endsWith('/events')) {
      ctx.respond = false
      return stream(ctx.req, ctx.res, url)
    }
    const what = `${ctx.method} ${url.pathname}`
    if (ctx.method !== 'GET') calls.push({ what, body: await bodyOf(ctx.req) })
    if (ctx.method !== 'GET') await held
    if (ctx.method !== 'GET') ctx.body = { ok: true, sessionId, session, state: current() }
    else if (answers[what]) ctx.body = answers[what]()
    else if (url.pathname.startsWith('/api')) ctx.body = { ok: true, state: current() }
    else await next()
  })
  const { router } = surfaceOf([pageApi(page)], openaiErrors)
  const handle = app.use(router.routes()).callback()
  const server = await listen(createServer((request, response) => void handle(request, response)))
  return {
    url: server.url,
    calls,
    emit,
    notify: (method, params) => emit('notification', { method, params }),
    cut: () => streams.forEach((response) => response.destroy()),
    hold: (until) => void (held = until),
    refuse: (is) => void (isRefusing = is),
    state,
    login,
    usage,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()
  }
}

const threads = [
  { id: 'thread-2', name: 'Tidy up the tests', preview: 'Please tidy up', updatedAt: 1764180000 },
  { id: 'thread-3', name: null, preview: 'Why does the build fail on Node 20?', updatedAt: 1764100000 }
]

const model = {
  id: 'gpt-5.5',
  displayName: 'gpt-5.5',
  supportedReasoningEfforts: ['low', 'medium', 'high'].map((reasoningEffort) => ({ reasoningEffort })),
  defaultReasoningEffort: 'medium'
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text)
}
