import { expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { startThreads, stranger } from './start-threads.ts'

it('a thread is started, has a turn and is read; where nothing is stored there are none; one that waits ends with its client', async () => {
  await using rig = await startThreads(says('Hello', ' from', ' Codex.'))
  const started = await rig.post('/thread/start', { model: 'gpt-5.5', personality: 'friendly' })
  expect(started.status, JSON.stringify(started.body)).toBe(200)
  expect(started.headers.get('x-ignored-parameters')).toBe('personality')
  const { thread } = started.body
  expect(thread).toMatchObject({ preview: '', model: 'gpt-5.5', modelProvider: 'gateway', cwd: '.', turns: [] })
  const turn = await rig.say(thread.id, 'Say hello.')
  expect(turn.status, JSON.stringify(turn.body)).toBe(200)
  expect(turn.body.turn).toMatchObject({
    status: 'completed',
    error: null,
    items: [{ type: 'userMessage' }, { type: 'agentMessage', text: 'Hello from Codex.' }]
  })
  const read = await rig.post('/thread/read', { threadId: thread.id, includeTurns: true })
  expect(read.body.thread).toMatchObject({
    id: thread.id,
    preview: 'Say hello.',
    turns: [{ id: turn.body.turn.id, status: 'completed', items: [{}, { text: 'Hello from Codex.' }] }]
  })
  expect((await rig.post('/thread/read', { threadId: thread.id }, stranger)).status).toBe(404)

  await rig.restart({ CODEX_THREAD_TTL_HOURS: '0' })
  expect((await rig.post('/thread/start')).body.error).toMatchObject({ code: 'unsupported' })

  await rig.restart({ CODEX_MAX_CONCURRENCY: '1' })
  expect((await rig.say(thread.id, 'x')).body.error.code).toBe('thread_not_found')
  expect((await rig.get('/threads')).body.data).toEqual([])

  const { opened, open } = gate()
  const [busy, other] = [await rig.thread(), await rig.thread()]
  rig.upstream.answerNext(heldAfter('response.output_text.delta', says('Half', ' and half.'), opened))
  const first = await rig.say(busy, 'x', { wait: false })
  const leaving = new AbortController()
  const second = rig.say(other, 'never said', { wait: false, signal: leaving.signal })
  const status = async () => (await rig.get(`/threads/${other}`)).body.thread.status
  await expect.poll(status).toEqual({ type: 'active' })
  leaving.abort()
  await expect(second).rejects.toThrow('aborted')
  await expect.poll(status).toEqual({ type: 'idle' })
  open()
  await expect.poll(async () => (await rig.get(`/turns/${first.body.turn.id}`)).body.turn.status).toBe('completed')
  expect((await rig.say(other, 'said')).body.turn.status).toBe('completed')
  expect(JSON.stringify(rig.upstream.requests.at(-1)?.body.input)).not.toContain('never said')
})
