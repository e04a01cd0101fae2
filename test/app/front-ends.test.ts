import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { TurnRequest } from '../../src/turn/request.ts'
import { needing } from '../support/left-out.ts'
import { knowsWorkers, startWorker } from '../support/machines.ts'
import type { TestWorker } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'
import { startDoor } from './start-door.ts'
import type { Door } from './start-door.ts'

const textIn = ({ input }: TurnRequest) => input.map((part) => (part.type === 'text' ? part.text : '')).join('')

needing('nats-server', natsServer !== undefined, () => {
  describe('what is stored at one front end', () => {
    let nats: Nats
    let name = ''
    let worker: TestWorker
    let [one, other] = [] as unknown as [Door, Door]
    const pause: Step = () => new Promise((resolve) => setTimeout(resolve, 30))
    const engine = scriptedEngine((request) => {
      const asked = textIn(request)
      if (asked.startsWith('slow'))
        return turn(...Array.from({ length: 200 }, () => [...message('m', 'a'), pause]).flat())
      return turn(...message('m', `You said: ${asked}`))
    })
    const lastTurn = () => engine.turns.at(-1)?.request

    beforeAll(async () => {
      nats = await startNats()
      name = nats.newName()
      worker = await startWorker(nats, name, { ...engine, name: 'app-server' })
      one = await startDoor(nats, name)
      other = await startDoor(nats, name)
      for (const { frontEnd } of [one, other]) await knowsWorkers({ frontEnd: frontEnd.frontEnd }, 1)
    })
    afterAll(async () => {
      await one[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
    })

    it('is continued, read and deleted at another, by its owner alone', async () => {
      const first = await one.client('one').responses.create({ model: 'gpt-test', input: 'Ada here.' })
      const second = await other
        .client('one')
        .responses.create({ model: 'gpt-test', input: 'Who?', previous_response_id: first.id })
      expect(second.output_text).toBe('You said: Who?')
      expect(JSON.stringify(lastTurn()?.history)).toMatch(/Ada here\..*You said: Ada here\./s)
      expect(lastTurn()?.thread).toMatchObject({ kind: 'resume', worker: worker.worker.name })
      expect((await one.client('one').responses.retrieve(second.id)).output_text).toBe('You said: Who?')
      await expect(other.client('two').responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
      await one.client('one').responses.delete(second.id)
      await expect(other.client('one').responses.retrieve(second.id)).rejects.toMatchObject({ status: 404 })
    })

    it('is continued in its thread by one of those who do it at once', async () => {
      const first = await one.client('one').responses.create({ model: 'gpt-test', input: 'Start.' })
      const before = engine.turns.length
      const both = [one, other].map((door) =>
        door.client('one').responses.create({ model: 'gpt-test', input: 'Next.', previous_response_id: first.id })
      )
      await Promise.all(both)
      const kinds = engine.turns.slice(before).map(({ request }) => request.thread?.kind)
      expect(kinds.filter((kind) => kind === 'resume')).toHaveLength(1)
    })

    it('long texts are there, too', async () => {
      const text = 'x'.repeat(150_000)
      const first = await one.client('one').responses.create({ model: 'gpt-test', input: text })
      const items = await other.client('one').responses.inputItems.list(first.id)
      expect(JSON.stringify(items.data)).toContain(text)
    })

    it('conversations grow at both', async () => {
      const { id } = await one.client('one').conversations.create({ items: [{ role: 'user', content: 'At one.' }] })
      await other.client('one').conversations.items.create(id, { items: [{ role: 'user', content: 'At another.' }] })
      await one.client('one').responses.create({ model: 'gpt-test', input: 'Both?', conversation: id })
      const listed = await other.client('one').conversations.items.list(id, { order: 'asc' })
      expect(JSON.stringify(listed.data)).toMatch(/At one\..*At another\..*Both\?.*You said: Both\?/s)
    })

    it('a conversation that a response is added to at one is locked at the other', async () => {
      const { id } = await one.client('one').conversations.create({})
      const running = await one
        .client('one')
        .responses.create({ model: 'gpt-test', input: 'slow', conversation: id, stream: true })
      const late = other.client('one').responses.create({ model: 'gpt-test', input: 'me too', conversation: id })
      await expect(late).rejects.toMatchObject({ status: 400, code: 'conversation_locked' })
      running.controller.abort()
    })

    it('a background response is followed and cancelled at another', async () => {
      const client = one.client('one')
      const { id } = await client.responses.create({ model: 'gpt-test', input: 'slow', background: true })
      const seen = await other.client('one').responses.retrieve(id)
      expect(seen.status).toBe('in_progress')
      expect((await other.client('one').responses.cancel(id)).status).toBe('cancelled')
      expect((await client.responses.retrieve(id)).status).toBe('cancelled')
    })

    it('the events of a background response are replayed at another', async () => {
      const events = await one
        .client('one')
        .responses.create({ model: 'gpt-test', input: 'Quick.', background: true, stream: true })
      const types: string[] = []
      let id = ''
      for await (const event of events) {
        types.push(event.type)
        if (event.type === 'response.created') id = event.response.id
      }
      const again: string[] = []
      for await (const event of await other.client('one').responses.retrieve(id, { stream: true }))
        again.push(event.type)
      expect(again).toEqual(types)
    })

    it('a browser that has logged in at one is logged in at another, until it logs out', async () => {
      const json = { 'content-type': 'application/json' }
      const made = await fetch(`${one.url}/login`, { method: 'POST', headers: json, body: '{"token":"one"}' })
      const cookie = made.headers.get('set-cookie')?.split(';')[0] ?? ''
      const who = async (door: Door) => (await fetch(`${door.url}/login`, { headers: { cookie } })).json()
      const principal = ((await who(one)) as Record<string, unknown>)['principal']
      expect(principal).toEqual(expect.any(String))
      expect(await who(other)).toMatchObject({ principal })
      await fetch(`${other.url}/login`, { method: 'DELETE', headers: { cookie } })
      for (const door of [one, other]) await expect.poll(() => who(door)).toMatchObject({ principal: null })
    })

    it('is looked for when something was written, and not all the time', async () => {
      const { id } = await one.client('one').responses.create({ model: 'gpt-test', input: 'Then nothing.' })
      await other.client('one').responses.retrieve(id)
      const looks = [one, other].map(({ store }) => vi.spyOn(store, 'transaction'))
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(looks.map(({ mock }) => mock.calls.length < 20)).toEqual([true, true])
      for (const look of looks) look.mockRestore()
    })

    it('is there at a front end that comes later', async () => {
      const { id } = await one.client('one').responses.create({ model: 'gpt-test', input: 'Before you.' })
      await using late = await startDoor(nats, name)
      expect((await late.client('one').responses.retrieve(id)).output_text).toBe('You said: Before you.')
    })
  })

  it('front ends share what they store again when the broker has lost all of it', { timeout: 60_000 }, async () => {
    await using nats = await startNats()
    const name = nats.newName()
    const engine = { ...scriptedEngine(() => turn(...message('m', 'Fine.'))), name: 'app-server' }
    await using _worker = await startWorker(nats, name, engine)
    await using one = await startDoor(nats, name)
    await using other = await startDoor(nats, name)
    for (const { frontEnd } of [one, other]) await knowsWorkers({ frontEnd: frontEnd.frontEnd }, 1)
    const ask = () => one.client('one').responses.create({ model: 'gpt-test', input: 'Hi.' })
    const before = await ask()
    await nats.kill()
    await nats.lose()
    await nats.start()
    let after = ''
    await expect
      .poll(async () => (after = (await ask().catch(() => undefined))?.id ?? ''), { timeout: 20_000 })
      .not.toBe('')
    for (const id of [before.id, after])
      await expect.poll(async () => (await other.ask('GET', `/responses/${id}`)).status, { timeout: 20_000 }).toBe(200)
  })
})
