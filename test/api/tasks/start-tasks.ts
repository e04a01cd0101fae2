import { afterAll, beforeAll, expect } from 'vitest'
import type { Answer } from '../../support/upstream/script.ts'
import { startThreads } from '../threads/start-threads.ts'
import type { ThreadsRig } from '../threads/start-threads.ts'

/** A task as the gateway answers it. */
export interface Task {
  id: string
  status: string
  attempts: number
  progress: { plan: object[]; step: { text: string } | null } | null
  usage: { input_tokens: number } | null
  result: unknown
  error: { class: string; message: string; code?: string } | null
  resetsAt: string | null
  startedAt: string | null
  template: string | null
}

export interface TaskAnswer {
  status: number
  headers: Headers
  body: Task & { data: Task[]; nextCursor: string | null; error: { code: string; message: string; param: string } }
}

export interface TaskEvent {
  id: number
  event: string
  data: Record<string, unknown>
}

/** A whole gateway with the real codex, and what asks it for tasks. */
export interface TasksRig extends ThreadsRig {
  /** Calls a path below `/api/tasks`. */
  call: (
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
    token?: string
  ) => Promise<TaskAnswer>
  /** Gives a task, and answers with it once it has ended. */
  run: (body: object, headers?: Record<string, string>) => Promise<Task>
  /** The task once it has this status. */
  until: (id: string, status: string) => Promise<Task>
  events: (id: string, lastEventId?: number) => Promise<TaskEvent[]>
}

export async function startTasks(usual: Answer, settings: Record<string, string> = {}): Promise<TasksRig> {
  const rig = await startThreads(usual, { CODEX_TASK_CONCURRENCY: '2', ...settings })
  const owner = 'cgw_the-first-token-of-these-tests'
  const fetched = (path: string, token = owner, headers: Record<string, string> = {}, more: RequestInit = {}) =>
    fetch(`${rig.url().replace(/\/v1$/, '')}/api${path}`, {
      ...more,
      headers: { authorization: `Bearer ${token}`, ...headers }
    })
  const call: TasksRig['call'] = async (method, path, body, headers = {}, token) => {
    const response = await fetched(
      path.startsWith('/brain') ? path : `/tasks${path}`,
      token,
      { ...(body && { 'content-type': 'application/json' }), ...headers },
      { method, ...(body && { body: JSON.stringify(body) }) }
    )
    const answered = (await response.json()) as TaskAnswer['body']
    return { status: response.status, headers: response.headers, body: answered }
  }
  return {
    ...rig,
    call,
    async run(body, headers = {}) {
      const { status, body: task } = await call('POST', '', body, { prefer: 'wait=60', ...headers })
      expect([status, task]).toEqual([200, expect.anything()])
      return task
    },
    async until(id, wanted) {
      await expect.poll(async () => (await call('GET', `/${id}`)).body.status, { timeout: 20_000 }).toBe(wanted)
      return (await call('GET', `/${id}`)).body
    },
    async events(id, lastEventId) {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
      return eventsIn(await (await fetched(`/tasks/${id}/events`, owner, headers)).text())
    }
  }
}

/** One for all tests of a file. */
export function sharedTasks(usual: Answer, settings?: Record<string, string>): () => TasksRig {
  let rig: TasksRig
  beforeAll(async () => {
    rig = await startTasks(usual, settings)
  })
  afterAll(() => rig[Symbol.asyncDispose]())
  return () => rig
}

export function eventsIn(text: string): TaskEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('id:'))
    .map((block) => {
      const [, id = '', event = '', data = ''] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(block) ?? []
      return { id: Number(id), event, data: JSON.parse(data) as TaskEvent['data'] }
    })
}
