import { randomBytes } from 'node:crypto'
import type { OpenAI } from 'openai-newest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all } from '../api/agents/start-agents.ts'
import type { Door } from '../app/start-door.ts'
import { deltasIn, eventsOf, isIdleAgain, until } from '../api/sessions/start-sessions.ts'
import { needing } from '../support/left-out.ts'
import { natsServer } from '../support/nats.ts'
import { says } from '../support/upstream/answer.ts'
import { mute } from '../support/upstream/script.ts'
import { afterTools, runs } from '../support/upstream/tool-calls.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import type { Receiver } from '../webhooks/receiver.ts'
import { startServed } from './start-served.ts'
import type { Served } from './start-served.ts'

const hello = says('Hello', ' there.')
const agent = { model: 'gpt-5.5' }
const quiet = { environment: { type: 'none' as const }, agent }
const text = (value: string) => [{ type: 'text', text: value }]

needing('nats-server', natsServer !== undefined, () => {
  describe('what a worker answers at two front ends', () => {
    let served: Served
    let receiver: Receiver
    let [one, other] = [] as unknown as [Door, Door]
    beforeAll(async () => {
      receiver = await startReceiver()
      const hosts = { CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}` }
      served = await startServed({ CODEX_MAX_BODY_BYTES: '8000000' }, hosts)
      served.upstream.answerAll(hello)
      ;[one, other] = served.doors
    })
    afterAll(async () => {
      await served[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    })

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

    it('the official client drives an agent at both, by its owner alone', async () => {
      const { sessions } = served.client(one).beta.agents
      const session = await sessions.create({ environment: { type: 'none' }, agent, input: 'Begin.' })
      await expect.poll(async () => (await sessions.retrieve(session.id)).status).toBe('idle')
      const result = await served.client(other).beta.agents.sessions.stream(session.id, { input: 'Hi.' }).finalResult()
      expect(result.output_text).toBe('Hello there.')
      const events = await all(served.client(other).beta.agents.sessions.items.list(session.id))
      expect(events.length).toBeGreaterThan(3)
      const statusOf = async ({ url }: Door, path: string, key: string, method = 'GET') => {
        const headers = {
          authorization: `Bearer ${key}`,
          'openai-beta': 'agents=v1',
          'content-type': 'application/json'
        }
        const of = `${url}/agents/sessions/${session.id}${path}`
        return (await fetch(of, { method, headers, ...(method === 'POST' && { body: '{}' }) })).status
      }
      for (const door of served.doors) {
        for (const path of ['', '/turns', '/items', '/subagents', '/artifacts', '/traces'])
          expect([path, await statusOf(door, path, 'one'), await statusOf(door, path, 'two')]).toEqual([path, 200, 404])
        for (const method of ['POST', 'DELETE']) expect(await statusOf(door, '', 'two', method)).toBe(404)
      }
      expect((await sessions.retrieve(session.id)).id).toBe(session.id)
    })

    it('webhooks tell of its sessions, signed, to those of its owner alone', async () => {
      const wish = { name: 'mine', url: receiver.url, event_types: ['agent.session.created', 'agent.session.idle'] }
      const made = await other.ask('POST', '/webhook_endpoints', wish)
      const secret = String(made.body['signing_secret'])
      const theirs = await served.client(one, 'two').beta.agents.sessions.create({ ...quiet, input: 'Begin.' })
      const session = await served.client(one).beta.agents.sessions.create({ ...quiet, input: 'Begin.' })
      const seen = () => receiver.received.map(({ event }) => [event.type, event.data.id])
      await expect.poll(seen).toContainEqual(['agent.session.idle', session.id])
      expect(seen()).toContainEqual(['agent.session.created', session.id])
      expect(JSON.stringify(seen())).not.toContain(theirs.id)
      for (const { body, headers } of receiver.received) {
        const event = await served.client(one).webhooks.unwrap(body, headers, secret)
        expect(event.created_at).toBeLessThanOrEqual(Date.now() / 1000)
      }
      await other.ask('DELETE', `/webhook_endpoints/${String(made.body['id'])}`)
    })

    it('its turns count at the front end that was asked, and limits hold', async () => {
      const turn = async (door: Door, key: string) => {
        const started = await door.ask('POST', '/api/thread/start', {}, key)
        const threadId = (started.body['thread'] as { id: string }).id
        return await door.ask('POST', '/api/turn/start', { threadId, input: text('Hi.') }, key)
      }
      expect((await turn(other, 'once')).body).toMatchObject({ turn: { status: 'completed' } })
      const refused = await turn(other, 'once')
      expect([refused.status, JSON.stringify(refused.body)]).toEqual([429, expect.stringContaining('limit')])
      const { body } = await other.ask('GET', '/usage', undefined, 'once')
      const day = { requests: 1, responses: 1, input_tokens: 100, output_tokens: 20 }
      expect(body['periods']).toMatchObject({ day })
      served.upstream.answerAll(afterTools(runs(['echo 1'], mute), mute)) // it is stopped in its second request, if not before
      const before = served.upstream.requests.length
      expect((await turn(one, 'little')).body).toMatchObject({ turn: { status: 'interrupted' } })
      expect(served.upstream.requests.length).toBeLessThanOrEqual(before + 2)
      served.upstream.answerAll(hello)
      expect((await turn(one, 'little')).status).toBe(429)
    })

    it('files go up at one and come down at the other, into an environment and out of it', async () => {
      const [here, there] = served.doors.map((door) => served.client(door)) as [OpenAI, OpenAI]
      const bytes = randomBytes(3_000_000)
      const uploaded = await here.files.create({ file: new File([bytes], 'in.bin'), purpose: 'user_data' })
      const down = Buffer.from(await (await there.files.content(uploaded.id)).arrayBuffer())
      expect(down.equals(bytes)).toBe(true)
      await expect(served.client(other, 'two').files.content(uploaded.id)).rejects.toMatchObject({ status: 404 })
      const files = [{ type: 'file_id' as const, file_id: uploaded.id, path: '/workspace/in.bin' }]
      for (let left = 1; left >= 0; left--)
        served.upstream.answerNext(runs(['cat in.bin in.bin > outputs/out.bin'], says('Done.')))
      const made = await here.beta.agents.sessions.create({
        ...{ environment: { type: 'openai_hosted', files }, agent, input: 'Do it.', stream: true }
      })
      const result = await made.finalResult()
      const artifacts = there.beta.agents.sessions.artifacts.forResult(result)
      const content = Buffer.from(await (await artifacts.content('/workspace/outputs/out.bin')).arrayBuffer())
      expect(content.equals(Buffer.concat([bytes, bytes]))).toBe(true)
      const tooLarge = here.files.create({ file: new File([randomBytes(9_000_000)], 'x'), purpose: 'user_data' })
      await expect(tooLarge).rejects.toMatchObject({ status: 413 })
    })

    it('says so where a worker is not there, and has everything when it is back', async () => {
      const id = String((await one.ask('POST', '/api/sessions', {})).body['sessionId'])
      await served.stopWorker()
      const gone = await other.ask('GET', `/api/sessions/${id}/state`)
      expect([gone.status, gone.body]).toMatchObject([
        503,
        { error: { message: expect.stringContaining('on the worker w1, which is not there at the moment') as unknown } }
      ])
      const nobody = await other.ask('POST', '/api/thread/start', {}, 'two')
      expect(nobody.status).toBe(503)
      await served.startWorker()
      expect((await other.ask('GET', `/api/sessions/${id}/state`)).status).toBe(200)
      expect((await one.ask('POST', `/api/sessions/${id}/turn`, { prompt: 'Hi.' })).status).toBe(200)
    })
  })
})
