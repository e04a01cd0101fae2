import { describe, expect, it } from 'vitest'
import { processesWith, signalled } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { failure } from '../../support/upstream/failure.ts'
import { dripped, gate, heldAfter } from '../../support/upstream/script.ts'
import { owner, runsOnce, sharedThreads, stranger, text } from './start-threads.ts'

const rig = sharedThreads(says('Hello', ' from', ' Codex.'), { CODEX_MAX_CONCURRENCY: '6' })

/** An answer that stops after its first delta, until it is opened. */
function held(...deltas: string[]) {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.output_text.delta', says(...deltas), opened))
  return open
}

interface Frame {
  method: string
  params: { threadId: string; turnId?: string; turn: { id: string }; delta?: string }
}

/** The notifications of a turn that is streamed, as they come. */
async function* streamed(threadId: string, more: object = {}, signal?: AbortSignal): AsyncGenerator<Frame> {
  const response = await fetch(`${rig().url()}/api/turn/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ threadId, input: text('x'), stream: true, ...more }),
    signal: signal ?? null
  })
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) if (event.startsWith('data: ')) yield JSON.parse(event.slice(6)) as Frame
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('a turn', () => {
  it('is streamed in the words of app-server, and nothing else is', async () => {
    const id = await rig().thread()
    const frames = await all(streamed(id))
    const methods = frames.map(({ method }) => method)
    expect([methods[0], methods.at(-1)]).toEqual(['turn/started', 'turn/completed'])
    const deltas = frames.flatMap(({ method, params }) => (method === 'item/agentMessage/delta' ? params.delta : []))
    expect(deltas.join('')).toBe('Hello from Codex.')
    expect(new Set(frames.map(({ params }) => params.threadId))).toEqual(new Set([id]))
    expect(new Set(frames.map(({ params }) => params.turnId ?? params.turn.id)).size).toBe(1)
    expect(methods.filter((method) => method.startsWith('raw') || method.startsWith('account'))).toEqual([])
  })

  it('has its own text, and no other’s, while others run on the same app-server', async () => {
    rig().upstream.answerAll((request) => dripped(200, says(...(request.userTexts.at(-1) ?? '').split(/(?= )/))))
    const marks = Array.from({ length: 6 }, (_, index) => `This is the answer of turn ${index} and of no other`)
    const turns = await Promise.all(
      marks.map(async (mark) => JSON.stringify(await all(streamed(await rig().thread(), { input: text(mark) }))))
    )
    rig().upstream.answerAll(says('Hello', ' from', ' Codex.'))
    for (const [index, turn] of turns.entries())
      expect(new Set(turn.match(/answer of turn \d/g))).toEqual(new Set([`answer of turn ${index}`]))
  })

  it('goes on without its client where it is not waited for', async () => {
    const id = await rig().thread()
    const open = held('Half', ' and half.')
    const begun = await rig().say(id, 'x', { wait: false })
    expect([begun.status, begun.body.turn]).toMatchObject([202, { status: 'inProgress' }])
    const turn = `/turns/${begun.body.turn.id}`
    const now = async () => (await rig().get(turn)).body.turn
    expect((await now()).status).toBe('inProgress')
    expect((await rig().get(`/threads/${id}`)).body.thread.status).toEqual({ type: 'active' })
    expect((await rig().say(id, 'y')).body.error.code).toBe('thread_busy')
    expect((await rig().ask('DELETE', `/threads/${id}`)).status).toBe(409)
    expect((await rig().get(turn, stranger)).status).toBe(404)
    open()
    await expect.poll(async () => (await now()).status).toBe('completed')
    expect((await now()).items).toMatchObject([{ type: 'userMessage' }, { text: 'Half and half.' }])
    const both = await rig().say(id, 'x', { wait: false, stream: true })
    expect([both.status, both.body.error.param]).toEqual([400, 'stream'])
  })

  it('ends when its client leaves', async () => {
    const id = await rig().thread()
    held('Half', ' and half.')
    const leaving = new AbortController()
    let turn = ''
    await expect(async () => {
      for await (const { method, params } of streamed(id, {}, leaving.signal)) {
        if (method === 'turn/started') turn = params.turn.id
        if (method === 'item/agentMessage/delta') leaving.abort()
      }
    }).rejects.toThrow('aborted')
    await expect.poll(async () => (await rig().get(`/turns/${turn}`)).body.turn.status).toBe('interrupted')
    expect((await rig().say(id, 'again')).body.turn.status).toBe('completed')
  })

  it('is interrupted by another request, its commands included', async () => {
    const id = await rig().thread()
    rig().upstream.answerNext(runsOnce('sleep 987654'))
    const waiting = rig().say(id, 'x')
    await expect.poll(() => processesWith('987654').length).toBeGreaterThan(0)
    expect((await rig().post('/turn/interrupt', { threadId: id, turnId: 'another' })).body.error.code).toBe('conflict')
    expect((await rig().post('/turn/interrupt', { threadId: id })).body).toEqual({})
    const { status, body } = await waiting
    expect([status, body.turn.status]).toEqual([200, 'interrupted'])
    await expect.poll(() => processesWith('987654')).toEqual([])
    expect((await rig().post('/turn/interrupt', { threadId: id })).body.error.code).toBe('conflict')
    expect((await rig().say(id, 'again')).body.turn.status).toBe('completed')
  })

  it('that reviews is interrupted, too', async () => {
    const id = await rig().thread()
    const asked = rig().upstream.count
    held('Half', ' and half.')
    const target = { type: 'custom', instructions: 'Look.' }
    const { turn } = (await rig().post('/review/start', { threadId: id, target, wait: false })).body
    await rig().upstream.requested(asked + 1)
    expect((await rig().post('/turn/interrupt', { threadId: id, turnId: turn.id })).body).toEqual({})
    await expect.poll(async () => (await rig().get(`/turns/${turn.id}`)).body.turn.status).toBe('interrupted')
    expect((await rig().say(id, 'again')).body.turn.status).toBe('completed')
  })

  it('takes another message while it runs', async () => {
    const id = await rig().thread()
    const open = held('Half', ' and half.')
    const { turn } = (await rig().say(id, 'x', { wait: false })).body
    const steer = (expectedTurnId: string) =>
      rig().post('/turn/steer', { threadId: id, expectedTurnId, input: text('A word more.') })
    expect([(await steer(id)).status, (await steer(turn.id)).body]).toEqual([409, { turnId: turn.id }])
    open()
    await expect.poll(async () => (await rig().get(`/turns/${turn.id}`)).body.turn.status).toBe('completed')
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).toContain('A word more.')
    expect((await steer(turn.id)).status).toBe(409)
  })

  it('that fails in codex is an answer that says why, without what the provider said', async () => {
    const id = await rig().thread()
    const secret = { message: 'Canary https://user:pass@host/ said no', type: 'x', code: 'context_length_exceeded' }
    rig().upstream.answerNext(failure(400, secret))
    const { status, body } = await rig().say(id, 'x')
    expect([status, body.turn]).toMatchObject([
      200,
      { status: 'failed', error: { code: 'context_length_exceeded', codexErrorInfo: 'contextWindowExceeded' } }
    ])
    rig().upstream.answerNext(failure(400, secret))
    const frames = await all(streamed(id))
    expect(frames.at(-1)).toMatchObject({ method: 'turn/completed', params: { turn: { status: 'failed' } } })
    const turns = await rig().get(`/threads/${id}/turns?itemsView=full`)
    const shown = JSON.stringify([body, frames, turns.body, (await rig().get(`/turns/${body.turn.id}`)).body])
    expect(shown).not.toContain('Canary')
  })

  it('whose app-server is killed is a failure, and the next one works', async () => {
    const id = await rig().thread()
    held('Half', ' and half.')
    const waiting = rig().say(id, 'x')
    await rig().upstream.requested(rig().upstream.count + 1)
    const found = processesWith(rig().home).filter((line) => / app-server /.test(line) && !/bwrap|watchdog/.test(line))
    expect(signalled(found, 'SIGKILL')).toBeGreaterThan(0)
    const { status, body } = await waiting
    expect([status, body.error.code]).toEqual([502, 'engine_stopped'])
    expect((await rig().say(id, 'again')).body.turn.status).toBe('completed')
  })
})
