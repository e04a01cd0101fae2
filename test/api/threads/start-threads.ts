import { afterAll, beforeAll } from 'vitest'
import type { GatewayOptions } from '../../../src/app/gateway.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { toolCall } from '../../support/upstream/tool-calls.ts'
import { startRestartableGateway, tokens } from '../responses/restartable-gateway.ts'
import type { RestartableGateway } from '../responses/restartable-gateway.ts'

export interface Item {
  type: string
  id: string
  text?: string
  aggregatedOutput?: string
}

export interface Turn {
  id: string
  status: string
  items: Item[]
  error: { code: string } | null
}

/** An answer of the gateway. Which of it is there depends on the route. */
export interface Answered {
  status: number
  headers: Headers
  body: {
    thread: { id: string; name: string | null; archived: boolean; status: object; turns: Turn[] }
    olderTurnsCursor: string | null
    turn: Turn
    error: { code: string; message: string; param: string }
    data: { id: string; item: Item; skills: { path: string }[] }[]
    nextCursor: string
  }
}

/** A whole gateway with the real codex, and what asks it. */
export interface ThreadsRig extends RestartableGateway {
  /** Calls a path below `/api`. `signal` in `body` is none of it: the client leaves when it aborts. */
  ask: (method: string, path: string, body?: object, token?: string, prefix?: string) => Promise<Answered>
  post: (path: string, body?: object, token?: string) => Promise<Answered>
  get: (path: string, token?: string) => Promise<Answered>
  /** A new thread's id. */
  thread: (body?: object) => Promise<string>
  /** Runs a turn with a text to its end. */
  say: (threadId: string, text: string, more?: object) => Promise<Answered>
}

export const [owner, stranger] = tokens

export const text = (value: string) => [{ type: 'text', text: value }]

/** Runs a command in the turn that is asked for, and then answers. */
export const runsOnce =
  (command: string, more: object = {}): Answer =>
  (request) =>
    request.body.input.at(-1)?.type.endsWith('_call_output')
      ? says('Done.')
      : answer([toolCall(request, 'exec_command', { cmd: command, ...more })])

/** Without a sandbox, unless a test is about that: codex starts three processes more for each turn in one. */
export async function startThreads(
  usual: Answer,
  settings: Record<string, string> = {},
  options?: Pick<GatewayOptions, 'page'>
): Promise<ThreadsRig> {
  const gateway = await startRestartableGateway(
    usual,
    {
      CODEX_MODEL: 'gpt-5.5',
      CODEX_SANDBOX: 'danger-full-access',
      ...settings
    },
    options
  )
  const ask: ThreadsRig['ask'] = async (method, path, sent, token = owner, prefix = '') => {
    const { signal, ...body } = (sent ?? {}) as { signal?: AbortSignal }
    const response = await fetch(`${gateway.url().replace(/v1$/, prefix)}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(sent && { 'content-type': 'application/json' }) },
      ...(sent && { body: JSON.stringify(body) }),
      signal: signal ?? null
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json().catch(() => undefined)) as Answered['body']
    }
  }
  const post: ThreadsRig['post'] = (path, body = {}, token) => ask('POST', path, body, token)
  return {
    ...gateway,
    ask,
    post,
    get: (path, token) => ask('GET', path, undefined, token),
    thread: async (body) => (await post('/thread/start', body)).body.thread.id,
    say: (threadId, value, more = {}) => post('/turn/start', { threadId, input: text(value), ...more })
  }
}

/** One for all tests of a file. */
export function sharedThreads(usual: Answer, settings?: Record<string, string>): () => ThreadsRig {
  let rig: ThreadsRig
  beforeAll(async () => {
    rig = await startThreads(usual, settings)
  })
  afterAll(() => rig[Symbol.asyncDispose]())
  return () => rig
}
