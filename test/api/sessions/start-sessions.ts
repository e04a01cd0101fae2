import { afterAll, beforeAll } from 'vitest'
import type { GatewayOptions } from '../../../src/app/gateway.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { owner, startThreads } from '../threads/start-threads.ts'
import type { ThreadsRig } from '../threads/start-threads.ts'

/** An event of a session's stream. */
export interface SessionEvent {
  id: number
  event: string
  data: {
    method: string
    params: { threadId: string; delta?: string; item: { type: string; text?: string }; turn: { status: string } }
    requestId: string
    status: string
    reason: string
    activeTurn: boolean
    lastTurnStatus: string | null
    state: State
    transcript: State['transcript']
    sessionId: string
  }
}

export interface State {
  threadId: string
  currentTurnId: string | null
  activeTurn: boolean
  lastTurnStatus: string | null
  transcript: { role: string; text: string; status: string }[]
  seq: number
  canAsk: boolean
  pendingRequests: { requestId: string }[]
}

/** What the routes of sessions answer. Which of it is there depends on the route. */
export interface Answered {
  status: number
  body: {
    ok: boolean
    sessionId: string
    session: { id: string; threadId: string; expiresAt: number }
    state: State
    sessions: { id: string; state: State }[]
    request: { status: string; decision: string; answeredBy: string }
    error: { code: string; message: string; reason: string; param: string }
  }
}

export interface SessionsRig extends ThreadsRig {
  /** Calls a path below `/api/sessions`. */
  call: (method: string, path?: string, body?: object, token?: string) => Promise<Answered>
  /** A new session’s id. */
  open: (body?: object, token?: string) => Promise<string>
  /** The events of a session as they come, until it ends or its reader leaves. */
  events: (id: string, after?: number, signal?: AbortSignal) => AsyncGenerator<SessionEvent>
}

export async function startSessions(
  usual: Answer,
  settings: Record<string, string> = {},
  options?: Pick<GatewayOptions, 'page'>
): Promise<SessionsRig> {
  const rig = await startThreads(usual, settings, options)
  const call: SessionsRig['call'] = (method, path = '', body, token = owner) =>
    rig.ask(method, `/sessions${path}`, body, token) as unknown as Promise<Answered>
  return {
    ...rig,
    call,
    open: async (body = {}, token = owner) => (await call('POST', '', body, token)).body.sessionId,
    events: (id, after, signal) => eventsOf(rig.url(), id, after, signal)
  }
}

/** One for all tests of a file. */
export function sharedSessions(usual: Answer, settings?: Record<string, string>): () => SessionsRig {
  let rig: SessionsRig
  beforeAll(async () => {
    rig = await startSessions(usual, settings)
  })
  afterAll(() => rig[Symbol.asyncDispose]())
  return () => rig
}

export async function* eventsOf(
  base: string,
  id: string,
  after?: number,
  signal?: AbortSignal,
  token: string = owner
): AsyncGenerator<SessionEvent> {
  const query = after === undefined ? '' : `?after=${after}`
  const response = await fetch(`${base}/api/sessions/${id}/events${query}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: signal ?? null
  })
  if (response.status !== 200) throw new Error(`events: ${response.status} ${await response.text()}`)
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const [, number, name, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(event) ?? []
      if (data !== undefined) yield { id: Number(number), event: name!, data: JSON.parse(data) as SessionEvent['data'] }
    }
  }
}

/** Reads events until one of them is wanted, which is the last; not one of the first two, which tell how the session is. */
export async function until(
  events: AsyncIterable<SessionEvent>,
  isLast: (event: SessionEvent) => boolean
): Promise<SessionEvent[]> {
  const found: SessionEvent[] = []
  for await (const event of events) {
    found.push(event)
    if (found.length > 2 && isLast(event)) break
  }
  return found
}

/** The last event of a turn: the state in which none is active any more. */
export const isIdleAgain = ({ event, data }: SessionEvent) =>
  event === 'state' && !data.activeTurn && data.lastTurnStatus !== null

export const deltasIn = (events: readonly SessionEvent[]) =>
  events.flatMap(({ data }) => (data.method === 'item/agentMessage/delta' ? data.params.delta : [])).join('')
