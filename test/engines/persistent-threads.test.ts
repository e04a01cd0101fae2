import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { persistentThreadsIn } from '../../src/codex/threads/persistent-threads.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { HistoryItem, TurnRequest, TurnThread, UserInput } from '../../src/turn/request.ts'
import { processesLeftWith } from '../support/processes.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import { message } from '../support/upstream/items.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { mute } from '../support/upstream/script.ts'
import type { Upstream } from '../support/upstream/upstream.ts'
import { endOf, eventsOf, deltasOf, startAppServer } from './app-server/rig.ts'
import { usual } from './app-server/warm.ts'
import { startExec } from './exec/rig.ts'

const text = (words: string): UserInput[] => [{ type: 'text', text: words }]
const historyItem = (role: 'user' | 'assistant' | 'developer', words: string): HistoryItem => ({
  type: 'message',
  role,
  content: text(words)
})
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const threadOf = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'thread.started' ? event.thread_id : []))[0] ?? ''
const resume = (id: string, heldItems?: number): TurnThread => ({ kind: 'resume', id, heldItems })
const fork = (id: string, afterTurn?: string, heldItems?: number): TurnThread => ({
  kind: 'fork',
  id,
  afterTurn,
  heldItems
})
const turnOf = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'turn.started' ? (event.turn_id ?? []) : []))[0]

/** Answers with how often somebody has spoken. */
const counting = (request: UpstreamRequest) =>
  says(`Answer ${request.body.input.filter(({ role }) => role === 'assistant').length + 1}.`)

const engines: [string, () => Promise<AsyncDisposable & { engine: Engine; upstream: Upstream; mark: string }>][] = [
  ['exec', () => startExec(counting)],
  ['app-server', () => startAppServer({ answer: counting })]
]

describe.each(engines)('a persistent thread of %s', (name, start) => {
  let rig: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    rig = await start()
  })
  afterAll(async () => {
    await rig[Symbol.asyncDispose]()
    expect(await processesLeftWith(rig.mark)).toEqual([])
  })
  const ask = (words: string, request: Partial<TurnRequest> = {}, signal = new AbortController().signal) =>
    eventsOf(rig.engine.run({ input: text(words), thread: { kind: 'new', persistent: true }, ...request }, signal))
  const sent = () => JSON.stringify(rig.upstream.requests.at(-1)!.body.input)
  const key = () => rig.upstream.requests.at(-1)!.body.prompt_cache_key
  const rollouts = async () =>
    (await readdir(`${rig.mark}/sessions`, { recursive: true }).catch(() => [])).filter((file) =>
      file.endsWith('.jsonl')
    )

  it('continues with what it contains, and reports the tokens of the new turn alone', async () => {
    const threadId = threadOf(await ask('One?', { instructions: 'Be brief.' }))
    for (const words of ['Two?', 'Three?']) {
      const events = await ask(words, {
        thread: resume(threadId, 1),
        instructions: 'Be brief.',
        history: [historyItem('user', 'Not sent again.')]
      })
      expect([threadOf(events), endOf(events)]).toEqual([threadId, { type: 'turn.completed', usage: usual }])
    }
    expect(sent()).toMatch(/One\?.*Answer 1\..*Two\?.*Answer 2\..*Three\?/s)
    expect(sent()).not.toContain('Not sent again.')
    expect(sent().split('Be brief.')).toHaveLength(2)
    expect(key()).toBe(threadId)
  })

  it('is sent what it does not contain yet, images included', async () => {
    const threadId = threadOf(await ask('One?'))
    await ask('Two?', {
      thread: resume(threadId, 2),
      history: [
        historyItem('user', 'One?'),
        historyItem('assistant', 'Answer 1.'),
        historyItem('developer', 'In French.')
      ],
      input: [...text('Two?'), { type: 'image', url: pixel }]
    })
    expect(sent()).toMatch(/One\?.*Answer 1\..*In French\..*Two\?/s)
    expect(sent()).toContain('data:image/png')
    expect(sent().split('One?')).toHaveLength(2)
  })

  it('continues after a turn of many messages, and with a schema', async () => {
    rig.upstream.answerNext(answer([message('Let me see.'), message('It is.')]))
    const threadId = threadOf(await ask('Is it?'))
    rig.upstream.answerNext(says('{"n":1}'))
    const outputSchema = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false
    }
    expect(deltasOf(await ask('A number?', { thread: resume(threadId), outputSchema }))).toBe('{"n":1}')
    expect(rig.upstream.requests.at(-1)!.body.text?.format).toMatchObject({ type: 'json_schema' })
  })

  it('is replaced by a new one when it is gone and it is known what it contained', async () => {
    const events = await ask('Two?', {
      thread: resume('01a1fc3a-2a86-7a61-9f6f-8fa20d404cae', 2),
      history: [historyItem('user', 'One?'), historyItem('assistant', 'Answer 1.')]
    })
    expect(endOf(events).type).toBe('turn.completed')
    expect(sent()).toMatch(/One\?.*Answer 1\..*Two\?/s)
    await ask('Three?', { thread: resume(threadOf(events)) })
    expect(key()).toBe(threadOf(events))
  })

  it.each(['01a1fc3a-2a86-7a61-9f6f-8fa20d404cae', 'nonsense', '--last', '../../x'])(
    'is not found when it is %s',
    async (threadId) => {
      expect(endOf(await ask('Hello?', { thread: resume(threadId) }))).toMatchObject({
        type: 'turn.failed',
        error: { code: 'thread_not_found' }
      })
    }
  )

  it('can be continued from an earlier turn, as a thread of its own', async () => {
    const first = await ask('One?')
    const threadId = threadOf(first)
    await ask('Left?', { thread: resume(threadId) })
    const history = [historyItem('user', 'One?'), historyItem('assistant', 'Answer 1.')]
    const events = await ask('Right?', { thread: fork(threadId, turnOf(first) ?? 'unknown', 2), history })
    expect(threadOf(events)).not.toBe(threadId)
    expect(endOf(events)).toEqual({ type: 'turn.completed', usage: usual })
    expect(sent()).toMatch(/One\?.*Answer 1\..*Right\?/s)
    expect(sent()).not.toContain('Left?')
    await ask('Further left?', { thread: resume(threadId) })
    expect([key(), sent().includes('Left?'), sent().includes('Right?')]).toEqual([threadId, true, false])
    await ask('Further right?', { thread: resume(threadOf(events)) })
    expect([key(), sent().includes('Left?'), sent().includes('Right?')]).toEqual([threadOf(events), false, true])
  })

  it('runs one turn at a time', async () => {
    const threadId = threadOf(await ask('Hi.'))
    rig.upstream.answerNext(mute)
    const asked = rig.upstream.count
    const abort = new AbortController()
    const first = ask('Wait.', { thread: resume(threadId) }, abort.signal)
    await rig.upstream.requested(asked + 1)
    expect(endOf(await ask('And now?', { thread: resume(threadId) }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'thread_busy' }
    })
    abort.abort('client')
    expect(endOf(await first).type).toBe('turn.interrupted')
    expect(endOf(await ask('Now?', { thread: resume(threadId) })).type).toBe('turn.completed')
  })

  it('is on disk, and an ephemeral one is not', async () => {
    const before = await rollouts()
    const ephemeral = threadOf(await ask('Hi.', { thread: { kind: 'new', persistent: false } }))
    expect(await rollouts()).toEqual(before)
    const threadId = threadOf(await ask('Hi.'))
    expect((await rollouts()).filter((file) => file.includes(threadId))).toHaveLength(1)
    expect((await rollouts()).filter((file) => file.includes(ephemeral))).toEqual([])
    expect(name).toBe(rig.engine.name)
  })

  it('is forgotten, file and all, and only it', async () => {
    const threads = persistentThreadsIn(rig.mark, codexBinary, { HOME: rig.mark, CODEX_HOME: rig.mark, PATH: '' })
    const ids = [threadOf(await ask('One?')), threadOf(await ask('Two?'))]
    expect((await threads.all()).map(({ threadId }) => threadId)).toEqual(expect.arrayContaining(ids))
    const before = await rollouts()
    await threads.delete(ids[0]!)
    await threads.delete(ids[0]!)
    expect(await rollouts()).toEqual(before.filter((file) => !file.includes(ids[0]!)))
    expect(endOf(await ask('Who?', { thread: resume(ids[0]!) }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'thread_not_found' }
    })
    expect(endOf(await ask('Who?', { thread: resume(ids[1]!) })).type).toBe('turn.completed')
  })
})
