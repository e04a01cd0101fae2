import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needing } from '../support/left-out.ts'
import { knowsWorkers, startWorker } from '../support/machines.ts'
import type { TestWorker } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { forever, message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { startDoor } from './start-door.ts'
import type { Door } from './start-door.ts'

needing('nats-server', natsServer !== undefined, () => {
  describe('tasks at several front ends', () => {
    let nats: Nats
    let name = ''
    let worker: TestWorker
    let [one, other] = [] as unknown as [Door, Door]
    const engine = scriptedEngine(({ input }) => {
      const asked = input.map((part) => (part.type === 'text' ? part.text : '')).join('')
      if (asked.includes('for ever')) return turn(...message('m', 'Begun.'), forever)
      return turn(...message('m', `Did: ${asked}`))
    })
    const startsOf = (text: string) =>
      engine.turns.filter(({ request }) => JSON.stringify(request.input).includes(text))
    const settings = { CODEX_TASK_ENV: 'SECRET', CODEX_TASK_CONCURRENCY: '8' }
    const start = () => startDoor(nats, name, settings)
    const taskAt = async (door: Door, id: unknown) => (await door.ask('GET', `/api/tasks/${String(id)}`)).body
    const doors = () => [one, other]
    const eventsAt = (door: Door, id: unknown) =>
      fetch(`${door.url}/api/tasks/${String(id)}/events`, { headers: { authorization: 'Bearer one' } })
    /** Resolves when a task's first message can be read there, and with it what was stored before: its thread. */
    const hasMessage = async (door: Door, id: unknown) => {
      let text = ''
      for await (const chunk of (await eventsAt(door, id)).body!.pipeThrough(new TextDecoderStream()))
        if ((text += chunk).includes('event: message')) return
    }

    beforeAll(async () => {
      nats = await startNats()
      name = nats.newName()
      worker = await startWorker(nats, name, { ...engine, name: 'app-server' }, { slots: 8 })
      one = await start()
      other = await start()
      for (const { frontEnd } of doors()) await knowsWorkers({ frontEnd: frontEnd.frontEnd }, 1)
    })
    afterAll(async () => {
      await other[Symbol.asyncDispose]()
      await one[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
    })

    it('are run once, and read at each of them by their owner alone', async () => {
      const made = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          doors()[index % 2]!.ask('POST', '/api/tasks', { prompt: `Number ${index}.` })
        )
      )
      for (const { status, body } of made) {
        expect(status).toBe(202)
        for (const door of doors())
          await expect.poll(() => taskAt(door, body['id']), { timeout: 10_000 }).toMatchObject({ status: 'succeeded' })
        expect((await other.ask('GET', `/api/tasks/${String(body['id'])}`, undefined, 'two')).status).toBe(404)
      }
      for (let index = 0; index < 10; index += 1) expect(startsOf(`Number ${index}.`)).toHaveLength(1)
      const [listed, again] = await Promise.all(doors().map((door) => door.ask('GET', '/api/tasks?limit=5')))
      expect(listed!.body).toEqual(again!.body)
      const next = String(listed!.body['nextCursor'])
      const pages = await Promise.all(doors().map((door) => door.ask('GET', `/api/tasks?limit=5&cursor=${next}`)))
      expect(pages[0]!.body).toEqual(pages[1]!.body)
    })

    it('are made once by one idempotency key, whichever is asked', async () => {
      const request = { prompt: 'Just once.', idempotencyKey: 'k1' }
      const ids = await Promise.all(
        [one, other, other].map(async (door) => (await door.ask('POST', '/api/tasks', request)).body['id'])
      )
      expect(new Set(ids).size).toBe(1)
      const different = await other.ask('POST', '/api/tasks', { ...request, prompt: 'Twice.' })
      expect(different.status).toBe(409)
      await expect.poll(() => taskAt(other, ids[0])).toMatchObject({ status: 'succeeded' })
      expect(startsOf('Just once.')).toHaveLength(1)
    })

    it('have their secrets, whichever was given them', async () => {
      for (const door of doors()) {
        const { body } = await door.ask('POST', '/api/tasks', {
          prompt: `Env at ${door.url}`,
          env: { SECRET: 's3cret' }
        })
        await expect.poll(() => taskAt(one, body['id'])).toMatchObject({ status: 'succeeded' })
        expect(startsOf(door.url)[0]?.request.commandEnv).toEqual({ SECRET: 's3cret' })
      }
    })

    it('are followed, cancelled and deleted at each of them', async () => {
      for (const [at, by] of [
        [one, other],
        [other, one]
      ] as const) {
        const { body } = await at.ask('POST', '/api/tasks', { prompt: `Go on for ever at ${at.url}` })
        const id = String(body['id'])
        const stream = await eventsAt(by, id)
        await expect.poll(() => taskAt(by, id)).toMatchObject({ status: 'running' })
        const cancelled = await by.ask('POST', `/api/tasks/${id}/cancel`)
        expect(cancelled.body).toMatchObject({ status: 'failed', error: { class: 'cancelled' } })
        expect((await stream.text()).match(/^event: .*$/gm)).toEqual([
          ...['event: task.queued', 'event: task.running', 'event: message', 'event: task.failed']
        ])
        expect((await by.ask('DELETE', `/api/tasks/${id}`)).status).toBe(200)
        expect((await at.ask('GET', `/api/tasks/${id}`)).status).toBe(404)
      }
      await expect.poll(() => engine.running).toBe(0)
    })

    it('cannot have files, which belong to a machine', async () => {
      const { status, body } = await other.ask('POST', '/api/tasks', {
        prompt: 'x',
        files: [{ name: 'a', content: 'b' }]
      })
      expect(status).toBe(400)
      expect(body).toMatchObject({
        error: { param: 'files', message: expect.stringMatching(/this gateway is a front end/) as unknown }
      })
    })

    it('are run by another as soon as the one that ran them has stopped', async () => {
      const apart = nats.newName()
      await using _worker = await startWorker(nats, apart, { ...engine, name: 'app-server' })
      const first = await startDoor(nats, apart, settings)
      await using second = await startDoor(nats, apart, settings)
      await knowsWorkers({ frontEnd: second.frontEnd.frontEnd }, 1)
      expect(second.shared.sharedTasks.isHere).toBe(false)
      await first[Symbol.asyncDispose]()
      await expect.poll(() => second.shared.sharedTasks.isHere, { timeout: 8_000 }).toBe(true) // sooner than one that is dead
      const { body } = await second.ask('POST', '/api/tasks', { prompt: 'After the first.' })
      await expect.poll(() => taskAt(second, body['id'])).toMatchObject({ status: 'succeeded' })
    })

    it('are taken over from one that is cut off: what may have begun is not run again, unless its caller allows it', async () => {
      const ask = (prompt: string, more: object = {}) => other.ask('POST', '/api/tasks', { prompt, ...more })
      const lost = await ask('Hang for ever, never twice.')
      const safe = await ask('Hang for ever, safely.', { retry: 'safe' })
      await expect.poll(() => engine.running).toBe(2)
      for (const { body } of [lost, safe]) await hasMessage(other, body['id'])
      await one.frontEnd.broker[Symbol.asyncDispose]() // as a cut cable: it says nothing more
      await expect
        .poll(() => taskAt(other, lost.body['id']), { timeout: 30_000 })
        .toMatchObject({ status: 'failed', error: { class: 'interrupted' } })
      await expect.poll(() => startsOf('safely.').length, { timeout: 20_000 }).toBe(2)
      expect(startsOf('safely.')[1]?.request.thread).toMatchObject({ kind: 'resume', worker: worker.worker.name })
      expect(startsOf('never twice.')).toHaveLength(1)
      const later = await ask('Afterwards.')
      await expect.poll(() => taskAt(other, later.body['id'])).toMatchObject({ status: 'succeeded' })
      await other.ask('POST', `/api/tasks/${String(safe.body['id'])}/cancel`)
    }, 60_000)
  })
})
