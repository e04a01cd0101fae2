import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeFor, webhooksFor } from '../../src/app/storage.ts'
import { configFrom } from '../../src/config/config.ts'
import { needing } from '../support/left-out.ts'
import { knowsWorkers, startWorker } from '../support/machines.ts'
import type { TestWorker } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { startReceiver } from '../webhooks/receiver.ts'
import type { Receiver } from '../webhooks/receiver.ts'
import { startDoor } from './start-door.ts'
import type { Door } from './start-door.ts'

needing('nats-server', natsServer !== undefined, () => {
  describe('webhook endpoints at several front ends', () => {
    let nats: Nats
    let name = ''
    let worker: TestWorker
    let [one, other] = [] as unknown as [Door, Door]
    let [receiver, second] = [] as unknown as [Receiver, Receiver]
    const homes: string[] = []
    let alone = { id: '', secret: '' }
    const types = ['response.completed']
    const engine = scriptedEngine(() => turn(...message('m', 'Yes.')))
    const settings = (home?: string) => ({
      CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver.port},127.0.0.1:${second.port}`,
      ...(home !== undefined && { CODEX_CLI_HOME: home })
    })
    const made = async (door: Door) => {
      const wish = { name: 'mine', url: receiver.url, event_types: types }
      const { status, body } = await door.ask('POST', '/webhook_endpoints', wish)
      expect(status).toBe(200)
      return { id: String(body['id']), secret: String(body['signing_secret']) }
    }
    const listAt = async (door: Door) => (await door.ask('GET', '/webhook_endpoints')).body['data']
    const waitingAt = ({ store }: Door) =>
      store.use((connection) => connection.all('SELECT owner FROM webhook_deliveries'))
    const isSigned = ({ received }: Receiver, secret: string) => {
      const { body = '', headers = {} } = received.at(-1) ?? {}
      return new OpenAI({ apiKey: 'x' }).webhooks.unwrap(body, headers as Record<string, string>, secret).then(
        () => true,
        () => false
      )
    }
    const answerAt = async (door: Door) => {
      const { body } = await door.ask('POST', '/responses', { model: 'gpt-test', input: 'Go.', background: true })
      return String(body['id'])
    }
    const idsAt = ({ received }: Receiver) => received.map(({ event }) => event.data.id)

    /** What a gateway without a broker has stored. */
    async function storedAlone(owner: unknown): Promise<string> {
      const home = await mkdtemp(join(tmpdir(), 'alone-'))
      homes.push(home)
      const config = configFrom({ ...settings(home) })
      using store = storeFor(config)
      await using webhooks = webhooksFor(store, config)
      alone = await webhooks.endpoints.create(String(owner), { name: 'alone', url: second.url, eventTypes: types })
      return home
    }

    beforeAll(async () => {
      nats = await startNats()
      name = nats.newName()
      receiver = await startReceiver()
      second = await startReceiver()
      worker = await startWorker(nats, name, { ...engine, name: 'app-server' })
      one = await startDoor(nats, name, settings())
    })
    afterAll(async () => {
      await other?.[Symbol.asyncDispose]()
      await one[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      for (const home of homes) await rm(home, { recursive: true, force: true })
    })

    it('get what happens at each of them, once, also those of a gateway that had no broker before', async () => {
      const { id, secret } = await made(one)
      const [owner] = one.store.use((connection) => connection.get('SELECT owner FROM webhook_endpoints')) ?? []
      other = await startDoor(nats, name, settings(await storedAlone(owner)))
      for (const { frontEnd } of [one, other]) await knowsWorkers(frontEnd, 1)
      expect(await listAt(one)).toMatchObject([{ id: alone.id }, { id }])
      expect(await listAt(other)).toEqual(await listAt(one))
      const ids = [await answerAt(other), await answerAt(one)].toSorted()
      for (const [at, key] of [
        [receiver, secret],
        [second, alone.secret]
      ] as const) {
        await expect.poll(() => idsAt(at).toSorted(), { timeout: 10_000 }).toEqual(ids)
        expect(await isSigned(at, key)).toBe(true)
      }
      for (const door of [one, other]) await expect.poll(() => waitingAt(door)).toEqual([])
      expect([...idsAt(receiver), ...idsAt(second)]).toHaveLength(4)
    })

    it('are changed, rotated and deleted at each of them, by their owner alone', async () => {
      const { id } = await made(other)
      const path = `/webhook_endpoints/${id}`
      const change = { name: 'changed', event_types: ['task.failed'] }
      expect((await one.ask('POST', path, change, 'two')).status).toBe(404)
      expect((await one.ask('POST', path, change)).status).toBe(200)
      expect((await other.ask('GET', path)).body).toMatchObject(change)
      await other.ask('POST', `/webhook_endpoints/${alone.id}`, { event_types: ['task.failed'] })
      await one.ask('POST', path, { event_types: types })
      const { body } = await one.ask('POST', `${path}/rotate_secret`)
      receiver.answer((response) => response.writeHead(500).end())
      const response = await answerAt(other)
      await expect.poll(() => idsAt(receiver).at(-1), { timeout: 10_000 }).toBe(response)
      await expect.poll(() => waitingAt(other), { timeout: 10_000 }).toHaveLength(2)
      expect(idsAt(second)).not.toContain(response)
      const sent = receiver.received.filter(({ event }) => event.data.id === response)
      const verified = sent.map(({ body: text, headers }) =>
        new OpenAI({ apiKey: 'x' }).webhooks
          .unwrap(text, headers as Record<string, string>, String(body['signing_secret']))
          .catch(() => undefined)
      )
      expect((await Promise.all(verified)).filter(Boolean)).toHaveLength(1)
      for (const endpoint of (await listAt(one)) as { id: string }[]) {
        expect((await one.ask('DELETE', `/webhook_endpoints/${endpoint.id}`, undefined, 'two')).status).toBe(404)
        expect((await one.ask('DELETE', `/webhook_endpoints/${endpoint.id}`)).status).toBe(200)
        expect((await other.ask('GET', `/webhook_endpoints/${endpoint.id}`)).status).toBe(404)
      }
      expect(waitingAt(other)).toEqual([])
      receiver.answer((answer) => answer.end())
    })

    it('are fifty of an owner at most, however many are made at once', async () => {
      const wish = { name: 'mine', url: receiver.url, event_types: types }
      const makeAt = (door: Door) => door.ask('POST', '/webhook_endpoints', wish, 'two')
      const makeAtBoth = async (count: number) => {
        const each = Array.from({ length: count }, (_, index) => makeAt([one, other][index % 2]!))
        return (await Promise.all(each)).toSorted((before, after) => before.status - after.status)
      }
      const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status)
      expect(statuses(await makeAtBoth(60))).toEqual([...Array<number>(50).fill(200), ...Array<number>(10).fill(409)])
      for (const door of [one, other, one, other, one, other]) {
        const { body } = await door.ask('GET', '/webhook_endpoints?limit=100', undefined, 'two')
        expect(body['data']).toHaveLength(50)
        const [{ id }] = body['data'] as [{ id: string }]
        expect((await door.ask('DELETE', `/webhook_endpoints/${id}`, undefined, 'two')).status).toBe(200)
        expect(statuses(await makeAtBoth(2))).toEqual([200, 409])
      }
    })

    it('have their secrets again when one comes back whose key nobody else had', async () => {
      const apart = nats.newName()
      const home = await mkdtemp(join(tmpdir(), 'apart-'))
      homes.push(home)
      const first = await startDoor(nats, apart, settings(home))
      const { id, secret } = await made(first)
      await first[Symbol.asyncDispose]()
      await using next = await startDoor(nats, apart, settings())
      const test = () => next.ask('POST', `/webhook_endpoints/${id}/test`, { event_type: 'response.completed' })
      await test()
      expect(await isSigned(receiver, secret)).toBe(false)
      await using back = await startDoor(nats, apart, settings(home))
      expect(await listAt(back)).toEqual(await listAt(next))
      await test()
      expect(await isSigned(receiver, secret)).toBe(true)
    })
  })
})
