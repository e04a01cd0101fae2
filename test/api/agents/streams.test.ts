import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../../src/store/connection.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { dripped, gate, heldAfter } from '../../support/upstream/script.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { processesWith, signalled } from '../../support/processes.ts'
import { isIdle, openEvents, readEvents } from './event-reader.ts'
import type { Streamed } from './event-reader.ts'
import { all, failure, owner, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Hello.'), { CODEX_MAX_CONCURRENCY: '4', CODEX_MAX_QUEUE: '0' })
const sessions = () => rig().agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: {} }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const words = Array.from({ length: 60 }, (_, index) => ` w${index}`)

const read = (session: string, after: string, isLast: (event: Streamed) => boolean, most?: number) =>
  readEvents([rig().url(), session, after], isLast, most)
const deltas = (events: readonly Streamed[]) => events.map(({ data }) => data.delta ?? '').join('')
const idle = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')

describe('a stream', () => {
  it('goes on where it was cut, without a gap and without a repetition', async () => {
    rig().upstream.answerNext(dripped(60, says(...words)))
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Count.' })
    const found: Streamed[] = []
    while (!found.some(isIdle)) found.push(...(await read(id, found.at(-1)?.id ?? '0', isIdle, 5)))
    expect(deltas(found)).toBe(words.join(''))
    const ids = found.map(({ data }) => data.event_id)
    expect(new Set(ids).size).toBe(ids.length)
    const again = await read(id, '0', isIdle)
    expect(found).toEqual(again)
    await rig().restart()
    expect(await read(id, '0', isIdle)).toEqual(again)
    expect(await read(id, again[3]!.data.event_id, isIdle)).toEqual(again.slice(4))
  })

  it('goes on after an event of its session alone, and reports what is not stored any more', async () => {
    const ids: string[] = []
    for (let count = 0; count < 2; count++)
      ids.push((await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Hello.' })).id)
    const [own, foreign] = ids as [string, string]
    for (const id of ids) await idle(id)
    const events = await read(own, '0', isIdle)
    const [other] = await read(foreign, '0', isIdle)
    for (const wrong of ['x', '-1', '1.5', '9'.repeat(15), '9'.repeat(400), other!.data.event_id, 'evt_1']) {
      const response = await openEvents(rig().url(), own, wrong)
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { type: 'invalid_request_error', param: 'last-event-id' } }
      ])
    }
    const at = Number(events[3]!.id)
    const store = new Connection(join(rig().home, 'gateway', 'store.db'))
    store.run('UPDATE sessions SET trimmed = ? WHERE id = ?', at, own)
    store.close()
    const [gap, ...rest] = await read(own, '1', isIdle)
    expect(gap).toMatchObject({ id: `${at}`, data: { type: 'error', error: { code: 'events_expired' } } })
    expect(rest).toEqual(events.slice(4))
  })

  it('has the first turn of a session whose creation is repeated, for its gateway was killed before that', async () => {
    const options = { headers: { 'Idempotency-Key': 'killed' } }
    const create = () => sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Hello.' }, options)
    const { id } = await create()
    await idle(id)
    const store = new Connection(join(rig().home, 'gateway', 'store.db'))
    store.run('DELETE FROM session_records WHERE session = ?', id)
    store.close()
    const before = rig().upstream.count
    expect((await Promise.all([create(), create()])).map((made) => made.id)).toEqual([id, id])
    await idle(id)
    expect((await all(sessions().turns.list(id))).map(({ status }) => status)).toEqual(['completed'])
    expect(rig().upstream.count).toBe(before + 1)
  })

  it('has 64 readers who all read the same', async () => {
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Begin.' })
    await idle(id)
    const last = (await read(id, '0', isIdle)).at(-1)!.id
    const readers = Array.from({ length: 64 }, () => read(id, last, isIdle))
    rig().upstream.answerNext(says(...words))
    const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'Count.' }] }]
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.message', input }] })
    const [first, ...others] = await Promise.all(readers)
    expect(deltas(first!)).toBe(words.join(''))
    for (const other of others) expect(other).toEqual(first)
  })
})

describe('a codex that is killed', () => {
  /** Sends it to that of this gateway, whose home is in its environment, and to what runs below it. */
  const signal = (name: NodeJS.Signals) => {
    const found = processesWith(rig().home).filter((line) => /\bapp-server\b/.test(line))
    expect(signalled(found, name)).toBeGreaterThan(0)
  }
  /** Resolves when the gateway knows. */
  const kill = async () => {
    signal('SIGKILL')
    await expect.poll(state).not.toBe('running')
  }
  const state = async () => {
    const response = await fetch(`${rig().url()}/workspaces`, { headers: { authorization: `Bearer ${owner}` } })
    return ((await response.json()) as { data: { state: string }[] }).data[0]!.state
  }

  it.each([
    ['before the result comes', kill, () => {}],
    ['before it reads the result that it was sent', async () => signal('SIGSTOP'), () => signal('SIGKILL')]
  ])('while a turn waits for a function is replaced: %s', async (_, before, after) => {
    const model = afterTools(
      (request) => answer([toolCall(request, 'add', {})]),
      (request) => says(`Told ${JSON.stringify(request.toolOutputs)}`)
    )
    rig().upstream.answerNext(model)
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5', tools: [add] }, input: 'Begin.' })
    await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('requires_action')
    await before()
    const [action] = (await sessions().retrieve(id)).required_actions as { turn_id: string; call_id: string }[]
    rig().upstream.answerNext(model)
    await sessions().events.create(id, {
      events: [{ type: 'agent.session.input.tool_result', ...idsOf(action!), success: true, output: 'three' }]
    })
    after()
    await idle(id)
    const items = await all(sessions().items.list(id))
    expect(JSON.stringify(items[0])).toContain('three')
    const calls = (await read(id, '0', isIdle)).filter(({ data }) => data.item?.type === 'function_call')
    expect(calls.map(({ data: { type, item } }) => `${type} ${item?.status}`)).toEqual([
      'agent.session.turn.item.added in_progress',
      'agent.session.turn.item.done completed'
    ])
    expect((await all(sessions().turns.list(id))).map(({ status }) => status)).toEqual(['completed'])
  })

  it('is replaced later where no slot is free for the turn that has its result', async () => {
    const model = afterTools((request) => answer([toolCall(request, 'add', {})]), says('Added.'))
    rig().upstream.answerNext(model)
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5', tools: [add] }, input: 'Begin.' })
    await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('requires_action')
    await kill()
    const { opened, open } = gate()
    const count = rig().upstream.count + 4
    const others: string[] = []
    for (let index = 0; index < 4; index++) {
      rig().upstream.answerNext(heldAfter('response.created', says('Hello.'), opened))
      others.push((await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Wait.' })).id)
    }
    await expect.poll(() => rig().upstream.count, { timeout: 20_000 }).toBe(count)
    rig().upstream.answerNext(model)
    const [action] = (await sessions().retrieve(id)).required_actions as { turn_id: string; call_id: string }[]
    await sessions().events.create(id, {
      events: [{ type: 'agent.session.input.tool_result', ...idsOf(action!), success: true, output: 'three' }]
    })
    expect((await sessions().retrieve(id)).status).toBe('in_progress')
    expect(rig().upstream.count).toBe(count)
    open()
    for (const one of [...others, id]) await idle(one)
    expect((await all(sessions().turns.list(id))).map(({ status }) => status)).toEqual(['completed'])
  })

  it('while it answers fails the turn, and the session goes on', async () => {
    rig().upstream.answerNext(dripped(20, says(...words)))
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Count.' })
    await expect.poll(async () => JSON.stringify(await all(sessions().items.list(id)))).toContain('"assistant"')
    await kill()
    await idle(id)
    expect((await all(sessions().turns.list(id)))[0]).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error' }
    })
    expect((await sessions().stream(id, { input: 'Hello.' }).finalResult()).output_text).toBe('Hello.')
  })

  it('before it takes a message loses none: the same request again is done', async () => {
    rig().upstream.answerNext(dripped(20, says(...words)))
    const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Count.' })
    await expect.poll(async () => JSON.stringify(await all(sessions().items.list(id)))).toContain('"assistant"')
    const messages = ['One.', 'Two.'].map((text) => ({
      type: 'agent.session.input.message' as const,
      input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
    }))
    const send = () => sessions().events.create(id, { events: messages }, { headers: { 'Idempotency-Key': 'again' } })
    signal('SIGSTOP')
    const refused = failure(send())
    await sessions().retrieve(id) // it was read later than the message
    signal('SIGKILL')
    expect((await refused).status).toBeGreaterThanOrEqual(500)
    await idle(id)
    for (let times = 0; times < 2; times++) await send()
    await idle(id)
    const items = JSON.stringify(await all(sessions().items.list(id)))
    for (const text of ['One.', 'Two.']) expect(items.split(text).length).toBe(2)
  })
})

const idsOf = ({ turn_id, call_id }: { turn_id: string; call_id: string }) => ({ turn_id, call_id })
