import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Door } from '../app/start-door.ts'
import { deltasIn, eventsOf, isIdleAgain, until } from '../api/sessions/start-sessions.ts'
import { needing } from '../support/left-out.ts'
import { natsServer } from '../support/nats.ts'
import { says } from '../support/upstream/answer.ts'
import { startServed } from './start-served.ts'
import type { Served } from './start-served.ts'

const text = (value: string) => [{ type: 'text', text: value }]

needing('nats-server', natsServer !== undefined, () => {
  describe('what a worker answers at two front ends', () => {
    let served: Served
    let [one, other] = [] as unknown as [Door, Door]
    beforeAll(async () => {
      served = await startServed()
      served.upstream.answerAll(says('Hello', ' there.'))
      ;[one, other] = served.doors
    })
    afterAll(() => served[Symbol.asyncDispose]())

    it('a thread that was started at one is gone on with at the other, by its owner alone', async () => {
      const started = await one.ask('POST', '/api/thread/start', {})
      expect(started.status).toBe(200)
      const threadId = (started.body['thread'] as { id: string }).id
      const turn = await other.ask('POST', '/api/turn/start', { threadId, input: text('Hi.') })
      expect(turn.body).toMatchObject({ turn: { status: 'completed' } })
      expect(JSON.stringify(turn.body)).toContain('Hello there.')
      expect((await one.ask('GET', `/api/threads/${threadId}`)).status).toBe(200)
      const strange = await other.ask('GET', `/api/threads/${threadId}`, undefined, 'two')
      expect([strange.status, strange.body]).toMatchObject([404, { error: { code: 'thread_not_found' } }])
      expect((await one.ask('GET', '/api/models')).body['data']).toBeInstanceOf(Array)
      expect((await one.ask('POST', '/api/skills/list', {})).status).toBe(200)
    })

    it('a session is watched at one, answered at the other, and read again after a cut', async () => {
      const id = String((await one.ask('POST', '/api/sessions', {})).body['sessionId'])
      const watched = until(eventsOf(one.url, id, 0, undefined, 'one'), isIdleAgain)
      expect((await other.ask('POST', `/api/sessions/${id}/turn`, { prompt: 'Hi.' })).status).toBe(200)
      const seen = await watched
      expect(deltasIn(seen)).toBe('Hello there.')
      const first = seen.find(({ data }) => data.method === 'item/agentMessage/delta')?.id ?? 0
      const again = await until(eventsOf(other.url, id, first, undefined, 'one'), isIdleAgain)
      expect(again.slice(2).map((event) => event.id)).toEqual(
        seen.slice(2).flatMap((event) => (event.id > first ? event.id : []))
      )
      expect((await other.ask('GET', `/api/sessions/${id}/state`, undefined, 'two')).status).toBe(404)
    })

    it('the official client drives an agent at both', async () => {
      const { sessions } = served.client(one).beta.agents
      const agent = { model: 'gpt-5.5' }
      const session = await sessions.create({ environment: { type: 'none' }, agent, input: 'Begin.' })
      await expect.poll(async () => (await sessions.retrieve(session.id)).status).toBe('idle')
      const result = await served.client(other).beta.agents.sessions.stream(session.id, { input: 'Hi.' }).finalResult()
      expect(result.output_text).toBe('Hello there.')
      const strange = served.client(other, 'two').beta.agents.sessions.retrieve(session.id)
      await expect(strange).rejects.toMatchObject({ status: 404 })
    })
  })
})
