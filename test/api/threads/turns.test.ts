import { expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { startThreads, stranger } from './start-threads.ts'

it('a thread is started, has a turn and is read; where nothing is stored there are none', async () => {
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
})
