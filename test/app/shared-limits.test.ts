import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proofOf } from '../../src/ledger/proof.ts'
import { counted } from '../ledger/opened-ledger.ts'
import { needing } from '../support/left-out.ts'
import { knowsWorkers, startWorker } from '../support/machines.ts'
import type { TestWorker } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { gate, message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { startDoor } from './start-door.ts'
import type { Door } from './start-door.ts'

const limits = `[[rules]]
subject = "principal:ten"
limit = "10 requests a day"
[[rules]]
subject = "principal:tokens"
limit = "1000 tokens a day"
[[rules]]
subject = "principal:hanging"
limit = "3 requests a day"
`

needing('nats-server', natsServer !== undefined, () => {
  describe('what is used at several front ends', () => {
    let nats: Nats
    let folder = ''
    let worker: TestWorker
    let doors: Door[] = []
    let finish = gate()
    const engine = scriptedEngine(({ owner }) => {
      const answer = (more: object) => counted(randomUUID(), 90, 10, more)
      const before = owner === 'hanging' ? [answer({}), finish.step] : []
      return turn(...message('m', 'Yes.'), ...before, answer({ calls: false }))
    })
    const chat = (door: Door, key: string) =>
      door.ask('POST', '/chat/completions', { model: 'gpt-test', messages: [{ role: 'user', content: 'Go.' }] }, key)
    const usage = async (door: Door, key: string) => (await door.ask('GET', '/usage', undefined, key)).body
    const today = async (door: Door, key: string) =>
      ((await usage(door, key))['periods'] as Record<string, Record<string, unknown>>)['day']
    const sharing = (door: Door | undefined) => door!.shared.sharedTasks
    const leader = () => doors.find((door) => sharing(door).isHere)!
    const follower = () => doors.find((door) => !sharing(door).isHere)!

    beforeAll(async () => {
      nats = await startNats()
      const name = nats.newName()
      folder = await mkdtemp(join(tmpdir(), 'shared-limits-'))
      await writeFile(join(folder, 'limits.toml'), limits)
      await writeFile(join(folder, 'tokens'), ['ten', 'tokens', 'hanging', 'free'].map((n) => `${n} ${n}\n`).join(''), {
        mode: 0o600
      })
      const settings = {
        CODEX_LIMITS_FILE: join(folder, 'limits.toml'),
        CODEX_GATEWAY_TOKEN_FILE: join(folder, 'tokens')
      }
      worker = await startWorker(nats, name, { ...engine, name: 'app-server' }, { slots: 16 })
      for (let index = 0; index < 3; index += 1) doors.push(await startDoor(nats, name, settings))
      for (const { frontEnd } of doors) await knowsWorkers(frontEnd, 1)
    }, 30_000)
    afterAll(async () => {
      for (const door of doors) await door[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    it('uses up a limit of requests together', async () => {
      const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => chat(doors[index % 3]!, 'ten')))
      expect(answers.map(({ status }) => status).toSorted()).toEqual([
        ...Array<number>(10).fill(200),
        ...Array<number>(14).fill(429)
      ])
      for (const door of doors) {
        expect(await chat(door, 'ten')).toMatchObject({ status: 429, body: { error: { code: 'insufficient_quota' } } })
        expect(await today(door, 'ten')).toMatchObject({ requests: 10, input_tokens: 900, output_tokens: 100 })
      }
    })

    it('uses up a limit of tokens together, and reports it at each', async () => {
      let answered = 0
      for (let index = 0; index < 14; index += 1)
        if ((await chat(doors[index % 3]!, 'tokens')).status === 200) answered += 1
      expect(answered).toBe(10)
      const [first, ...others] = await Promise.all(doors.map((door) => usage(door, 'tokens')))
      expect(first).toMatchObject({ limits: [{ used: 1000, max: 1000 }] })
      for (const other of others) expect(other).toEqual(first)
    })

    it('reports at each what callers without limits use, too, with their turns', async () => {
      await Promise.all(Array.from({ length: 9 }, (_, index) => chat(doors[index % 3]!, 'free')))
      for (const door of doors) {
        await expect
          .poll(() => today(door, 'free'), { timeout: 10_000 })
          .toMatchObject({ requests: 9, input_tokens: 810 })
        const { body } = await door.ask('GET', '/usage/turns', undefined, 'free')
        expect(body['data']).toHaveLength(9)
      }
    })

    it('uses up requests of a minute together', async () => {
      const name = nats.newName()
      const settings = { CODEX_TOKEN_REQUESTS_PER_MINUTE: '6' }
      await using one = await startDoor(nats, name, settings)
      await using other = await startDoor(nats, name, settings)
      const asked = Array.from({ length: 16 }, (_, index) => [one, other][index % 2]!.ask('GET', '/usage'))
      const answers = await Promise.all(asked)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(6)
      expect(answers.find(({ status }) => status !== 200)).toMatchObject({ status: 429 })
    })

    it('are wrong tokens of an address, of which no more are taken at several than at one', async () => {
      const name = nats.newName()
      await using one = await startDoor(nats, name)
      await using other = await startDoor(nats, name)
      const refused = Array.from({ length: 30 }, async (_, index) => {
        const door = [one, other][index % 2]!
        if (index % 3 > 0) return (await door.ask('GET', '/usage', undefined, `wrong-${index}`)).status
        const body = JSON.stringify({ token: `wrong-${index}` })
        const headers = { 'content-type': 'application/json' }
        return (await fetch(new URL('/login', door.url), { method: 'POST', headers, body })).status
      })
      const statuses = await Promise.all(refused)
      expect(statuses.filter((status) => status === 401)).toHaveLength(10)
      expect(statuses.filter((status) => status === 429)).toHaveLength(20)
      for (const door of [one, other]) expect((await door.ask('GET', '/usage')).status).toBe(200)
    })

    it('is not lost with the one that counts, and no second budget is there', async () => {
      finish = gate()
      const [dying, other] = [leader(), follower()]
      const lost = chat(dying, 'hanging').catch(() => undefined)
      const running = chat(other, 'hanging')
      await expect.poll(() => engine.running, { timeout: 10_000 }).toBe(2)
      for (const door of doors)
        await expect.poll(() => today(door, 'hanging'), { timeout: 10_000 }).toMatchObject({ input_tokens: 180 })
      await dying.frontEnd.broker[Symbol.asyncDispose]() // as a cut cable: it says nothing more
      const refused = await chat(other, 'hanging')
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await chat(other, 'free')).status).toBe(200)
      finish.open()
      expect((await running).status).toBe(200)
      doors = doors.filter((door) => door !== dying)
      await expect.poll(() => doors.some((door) => sharing(door).isHere), { timeout: 30_000 }).toBe(true)
      for (const door of doors)
        await expect
          .poll(() => today(door, 'hanging'), { timeout: 30_000 })
          .toMatchObject({ requests: 2, input_tokens: 270 })
      const answered = async (door: Door) => {
        for (;;) {
          const { status } = await chat(door, 'hanging')
          if (status !== 503) return status // it has not looked yet who leads
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      expect(await answered(other)).toBe(200)
      for (const door of doors) expect(await answered(door)).toBe(429)
      await expect // the turn of the one that is gone
        .poll(() => proofOf(leader().frontEnd.ledger!), { timeout: 30_000 })
        .toMatchObject({ open: 0, agrees: true })
      const unknown = { requests: 3, unknown_responses: 1 }
      for (const door of doors) await expect.poll(() => today(door, 'hanging')).toMatchObject(unknown)
      await dying[Symbol.asyncDispose]()
      await lost
    }, 90_000)
  })
})
