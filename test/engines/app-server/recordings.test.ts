import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Guard } from '../../../src/codex/process/guard.ts'
import { stdioTransport } from '../../../src/codex/wire/stdio-transport.ts'
import { Connection } from '../../../src/codex/app-server/connection.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'
import type { CodexHome } from '../../support/upstream/codex-home.ts'
import { startGuard } from '../../support/guarded-turn.ts'
import { functionCall } from '../../support/upstream/items.ts'
import { recordings } from '../../support/upstream/recordings.ts'
import type { Recording } from '../../support/upstream/recordings.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import type { Upstream } from '../../support/upstream/upstream.ts'

interface Notification {
  method: string
  params: { turn?: { status: string } }
}

const names = [
  'text',
  'usage',
  'messages',
  'reasoning',
  'web-search',
  'command',
  'command-failed',
  'file-change',
  'todo-list',
  'mcp-tool-call',
  'retried-drop',
  'retried-drop-after-message',
  'http-bad-request',
  'http-unauthorized',
  'http-usage-limit',
  'response-incomplete'
]
const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/app-server', `${name}.jsonl`)

/** The lines with everything that differs between two runs made equal. */
function normalised(notifications: Notification[], workspace: string, asked: number): string {
  const ids = new Map<string, string>()
  const sameId = (id: string) =>
    ids.get(id) ?? (ids.set(id, `00000000-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`), ids.get(id) ?? '')
  return `${notifications.map((notification) => JSON.stringify(notification)).join('\n')}\n`
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, sameId)
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')
    .replaceAll(workspace, '/workspace')
    .replaceAll(
      /\b(msg|rs|fc|call|ctc|ws|resp)_(\d+)/g,
      (_all, kind: string, number: string) => `${kind}_${Number(number) - asked}`
    )
    .replaceAll(/"(startedAt|completedAt|startedAtMs|completedAtMs|durationMs|create_time|resetsAt)":[\d.]+/g, '"$1":1')
    .replaceAll(/"processId":"\d+"/g, '"processId":"1"')
    .replaceAll(/"command":"\/[^" ]*sh -l?c/g, '"command":"/bin/bash -lc')
    .replaceAll(/try again at [^"]*?\./g, 'try again at noon.')
}

describe('the real app-server on the scripted upstream', () => {
  let upstream: Upstream
  let home: CodexHome
  let guard: Guard
  let connection: Connection
  beforeAll(async () => {
    upstream = await startUpstream()
    home = await writeCodexHome(upstream.url, { retries: 1 })
    guard = await startGuard()
    connection = new Connection({
      transport: stdioTransport({
        guard,
        binary: codexBinary,
        args: ['app-server'],
        env: home.env,
        cwd: home.workspace,
        lineLimit: 8_388_608
      })
    })
    await connection.open()
  })
  afterAll(async () => {
    await connection.stop()
    await guard[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  /** All its notifications of one turn. */
  async function record(
    more: object,
    { model, config }: Partial<Recording> = {},
    called = () => {}
  ): Promise<Notification[]> {
    const params = {
      ephemeral: true,
      cwd: home.workspace,
      sandbox: 'danger-full-access',
      approvalPolicy: 'never',
      model,
      config: { ...config, thread_unload_delay_secs: 0 },
      ...more
    }
    const { thread } = (await connection.request('thread/start', params)) as { thread: { id: string } }
    const received: Notification[] = []
    let unlisten = () => {}
    const ended = new Promise<void>((resolve, reject) => {
      unlisten = connection.listen(thread.id, {
        notified: (method, params) => {
          received.push({ method, params })
          if (method === 'turn/completed') resolve()
        },
        counted: () => {},
        called: () => (called(), true),
        lost: reject
      })
    })
    const { turn } = (await connection.request('turn/start', {
      threadId: thread.id,
      input: [{ type: 'text', text: 'Say hello.', text_elements: [] }]
    })) as { turn: { id: string } }
    if ('dynamicTools' in more) {
      await expect.poll(() => received.some(({ method }) => method === 'rawResponse/completed')).toBe(true)
      await connection.request('turn/interrupt', { threadId: thread.id, turnId: turn.id })
    }
    await ended
    unlisten()
    await connection.request('thread/unsubscribe', { threadId: thread.id })
    return received
  }

  it.each(recordings.filter(({ name }) => names.includes(name)))('emits $name as recorded', async (recording) => {
    const asked = upstream.count
    upstream.answerNext(...recording.answers)
    upstream.answerAll(recording.answers.at(-1) ?? says())
    await expect(normalised(await record({}, recording), home.workspace, asked)).toMatchFileSnapshot(
      fixture(recording.name)
    )
  })

  it('emits tool calls as recorded', async () => {
    const asked = upstream.count
    const both = gate()
    let questions = 0
    upstream.answerNext(
      heldAfter(
        'response.output_item.done',
        answer([functionCall('get_time', { zone: 'CET' }), functionCall('get_time', {})]),
        both.opened,
        2
      )
    )
    const tools = {
      dynamicTools: [
        { type: 'function', name: 'get_time', description: '', inputSchema: { type: 'object', properties: {} } }
      ],
      experimentalRawEvents: true
    }
    const received = await record(tools, {}, () => {
      if (++questions === 2) both.open()
    })
    // What codex itself put into the thread is long, and when it begins to carry a call out is by chance.
    const fromModel = received.filter(({ params }) => !/input_text|"dynamicToolCall"/.test(JSON.stringify(params)))
    const sinceCalls = fromModel.slice(0, fromModel.findIndex(({ method }) => method === 'rawResponse/completed') + 1)
    await expect(normalised(sinceCalls, home.workspace, asked)).toMatchFileSnapshot(fixture('tool-calls'))
  })
})
