import { describe, expect, it } from 'vitest'
import { processesWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { owner, runsOnce, stranger, text } from '../threads/start-threads.ts'
import { deltasIn, isIdleAgain, sharedSessions, until } from './start-sessions.ts'

const rig = sharedSessions(says('Hello', ' from', ' Codex.'), { CODEX_MAX_CONCURRENCY: '6' })

/** An answer that stops after its first delta, until it is opened. */
function held(...deltas: string[]) {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.output_text.delta', says(...deltas), opened))
  return open
}

const prompt = (id: string, words = 'Say hello.', more: object = {}) =>
  rig().call('POST', `/${id}/turn`, { prompt: words, ...more })

const textsOf = ({ transcript }: { transcript: { text: string }[] }) => transcript.map(({ text }) => text)

describe('a session', () => {
  it('is opened, watched through a turn, and read afterwards', async () => {
    const opened = await rig().call('POST')
    expect([opened.status, opened.body]).toMatchObject([
      200,
      { ok: true, state: { ready: true, activeTurn: false, transcript: [] } }
    ])
    const { sessionId } = opened.body
    const watching = until(rig().events(sessionId), isIdleAgain)
    const begun = await prompt(sessionId)
    expect(begun.body.state).toMatchObject({ activeTurn: true, currentTurnId: expect.any(String) as string })
    const events = await watching
    expect(events.slice(0, 2).map(({ event }) => event)).toEqual(['session', 'state'])
    expect(deltasIn(events)).toBe('Hello from Codex.')
    expect(events.filter(({ event }) => event === 'state').length).toBeLessThan(6)
    const items = events.flatMap(({ data }) => (data.method === 'item/completed' ? data.params.item.type : []))
    expect(items).toEqual(['userMessage', 'agentMessage'])
    const { body } = await rig().call('GET', `/${sessionId}/state`)
    expect(body.state).toMatchObject({
      activeTurn: false,
      lastTurnStatus: 'completed',
      transcript: [
        { role: 'user', text: 'Say hello.', status: 'completed' },
        { role: 'assistant', text: 'Hello from Codex.', status: 'completed' }
      ]
    })
    expect(body.state.seq).toBe(events.at(-1)!.id)
    const { sessions } = (await rig().call('GET')).body
    expect(sessions[0]).toMatchObject({ id: sessionId, preview: 'Say hello.', state: { transcript: [] } })
  })

  it('shows every watcher the same, one who comes in the middle and one who was cut off', async () => {
    const id = await rig().open()
    const open = held('Half', ' and half.')
    const whole = until(rig().events(id, 0), isIdleAgain)
    const isDelta = ({ data }: { data: { method: string } }) => data.method === 'item/agentMessage/delta'
    const cut = until(rig().events(id, 0), isDelta)
    await prompt(id)
    const before = await cut
    const now = (await rig().call('GET', `/${id}/state`)).body.state
    expect(now.transcript.at(-1)).toMatchObject({ role: 'assistant', text: 'Half', status: 'inProgress' })
    const after = until(rig().events(id, before.at(-1)!.id), isIdleAgain)
    open()
    const logOf = (events: typeof before) => events.slice(2)
    const all = logOf(await whole)
    expect([...logOf(before), ...logOf(await after)]).toEqual(all)
    expect(logOf(await until(rig().events(id, 0), isIdleAgain))).toEqual(all)
    expect(all.map(({ id }) => id)).toEqual(all.map((_, index) => all[0]!.id + index))
  })

  it('has one turn at a time, which a message may join and a request may end', async () => {
    const id = await rig().open()
    const open = held('Half', ' and half.')
    await prompt(id)
    expect((await prompt(id, 'Another.')).body.error.code).toBe('thread_busy')
    expect((await rig().call('POST', `/${id}/thread/new`)).body.error.code).toBe('thread_busy')
    expect((await prompt(id, 'A word more.', { steer: true })).status).toBe(200)
    open()
    await until(rig().events(id, 0), isIdleAgain)
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).toContain('A word more.')
    rig().upstream.answerNext(runsOnce('sleep 876543'))
    expect((await prompt(id, 'Sleep.', { steer: true })).status).toBe(200)
    await expect.poll(() => processesWith('876543').length).toBeGreaterThan(0)
    expect((await rig().call('POST', `/${id}/turn/interrupt`)).status).toBe(200)
    await expect
      .poll(async () => (await rig().call('GET', `/${id}/state`)).body.state.lastTurnStatus)
      .toBe('interrupted')
    await expect.poll(() => processesWith('876543')).toEqual([])
    expect((await rig().call('POST', `/${id}/turn/interrupt`)).body.error.code).toBe('conflict')
  })

  it('shows turns of its thread that are begun elsewhere, and is found by its thread', async () => {
    const threadId = await rig().thread()
    const id = await rig().open({ resumeThreadId: threadId })
    expect(await rig().open({ threadId })).toBe(id)
    const watching = until(rig().events(id), isIdleAgain)
    await rig().say(threadId, 'x')
    expect(deltasIn(await watching)).toBe('Hello from Codex.')
    const other = (await rig().call('POST', `/${id}/thread/new`)).body.state.threadId
    expect(other).not.toBe(threadId)
    expect((await rig().call('GET', `/${id}/state`)).body.state).toMatchObject({ threadId: other, transcript: [] })
    const { state } = (await rig().call('POST', `/${id}/thread/resume`, { threadId })).body
    expect(state.threadId).toBe(threadId)
    expect(textsOf(state)).toEqual(['x', 'Hello from Codex.'])
    const another = await rig().open()
    expect((await rig().call('POST', `/${another}/thread/resume`, { threadId })).status).toBe(409)
  })

  it('begins with what was said in a thread before, and goes on with what is said in it', async () => {
    const threadId = await rig().thread()
    await rig().say(threadId, 'Before.')
    const id = await rig().open({ resumeThreadId: threadId })
    expect(textsOf((await rig().call('GET', `/${id}/state`)).body.state)).toEqual(['Before.', 'Hello from Codex.'])
    const watching = until(rig().events(id), isIdleAgain)
    await rig().say(threadId, 'After.')
    await watching
    const texts = textsOf((await rig().call('GET', `/${id}/state`)).body.state)
    expect(texts).toEqual(['Before.', 'Hello from Codex.', 'After.', 'Hello from Codex.'])
  })

  it('says why a turn failed, whoever asked for it', async () => {
    const id = await rig().open()
    const refused = await prompt(id, 'x', { model: 'no-such-model' })
    expect([refused.status, refused.body.error.code]).toEqual([404, 'model_not_found'])
    for (const [body, param] of [
      [{}, 'prompt'],
      [{ prompt: '  ' }, 'prompt'],
      [{ prompt: 'x', input: text('x') }, 'prompt'],
      [{ input: [] }, 'input']
    ] as const) {
      const { status, body: answer } = await rig().call('POST', `/${id}/turn`, body)
      expect([status, answer.error.param]).toEqual([400, param])
    }
    const { status } = await rig().call('GET', `/${id}/events?after=x`)
    expect(status).toBe(400)
  })

  it('ends when it is deleted, and its thread stays', async () => {
    const id = await rig().open()
    const { threadId } = (await rig().call('GET', `/${id}/state`)).body.state
    const watching = until(rig().events(id), () => false)
    await expect.poll(async () => (await rig().call('GET', `/${id}/state`)).status).toBe(200)
    expect((await rig().call('DELETE', `/${id}`)).body).toEqual({ ok: true, sessionId: id })
    expect((await watching).at(-1)).toMatchObject({
      event: 'session-closed',
      data: { sessionId: id, reason: 'deleted' }
    })
    expect((await rig().call('GET', `/${id}/state`)).status).toBe(404)
    expect((await rig().get(`/threads/${threadId}`)).status).toBe(200)
  })

  it('is nobody else’s, on any route', async () => {
    const id = await rig().open()
    const routes = [
      ['GET', `/${id}/state`],
      ['GET', `/${id}/events`],
      ['POST', `/${id}/turn`, { prompt: 'x' }],
      ['POST', `/${id}/turn/interrupt`],
      ['POST', `/${id}/thread/new`],
      ['POST', `/${id}/thread/resume`, { threadId: 'x' }],
      ['POST', `/${id}/requests/req_1`, { decision: 'accept' }],
      ['DELETE', `/${id}`]
    ] as const
    for (const [method, path, body] of routes) {
      const answers = await Promise.all([
        rig().call(method, path, body, stranger),
        rig().call(method, path.replace(id, 'session_0'), body, owner)
      ])
      for (const answer of answers)
        expect([path, answer.status, answer.body.error]).toMatchObject([path, 404, { reason: 'unknown_session' }])
      expect(answers[0].body).toEqual(answers[1].body)
    }
    expect((await rig().call('GET', '', undefined, stranger)).body.sessions).toEqual([])
    expect((await rig().call('GET', `/${id}/state`)).status).toBe(200)
  })

  it('is at its own path alone: the routes of a single session are gone', async () => {
    for (const path of ['/state', '/events', '/turn', '/thread/new'])
      for (const method of ['GET', 'POST']) {
        const { status, body } = await rig().ask(method, path)
        expect([path, method, status, body.error.message]).toEqual([
          path,
          method,
          410,
          expect.stringContaining('POST /api/sessions')
        ])
      }
  })
})
