import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Json } from '../../../src/broker/broker.ts'
import { openNats } from '../../../src/broker/nats.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'
import { needing } from '../../support/left-out.ts'
import { startFrontEnd, startWorker } from '../../support/machines.ts'
import { connectionTo, natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { completed, scriptedEngine } from '../../support/scripted-engine.ts'

const never = () => new AbortController().signal
const asked = (text: string) => ({ input: [{ type: 'text' as const, text }] })

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  describe('a take', () => {
    /** A worker of the test's own, who says what it likes. */
    async function raw(name: string) {
      const id = randomBytes(4).toString('hex')
      const { subjects, ...connection } = connectionTo(nats, name)
      const broker = await openNats({ ...connection, subjects, role: 'w', id })
      const ask = (front: string, message: object) => broker.mail.request(subjects.front(front), message, 1_000)
      return { broker, subjects, ask, id, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
    }

    it('is granted to one life of one worker, which may ask again', async () => {
      const name = nats.newName()
      await using front = await startFrontEnd(nats, name)
      await using worker = await raw(name)
      const tickets: { turn: string; front: string }[] = []
      const pull = worker.broker.line.pull((ticket, answer) => {
        tickets.push(ticket as { turn: string; front: string })
        answer('done')
      })
      const turn = front.engine.run(asked('who has it'), never())[Symbol.asyncIterator]()
      const first = turn.next()
      pull.open()
      await expect.poll(() => tickets.length).toBe(1)
      const { turn: id = '', front: at = '' } = tickets[0] ?? {}
      const take = (run: string) => worker.ask(at, { do: 'take', turn: id, worker: worker.id, run })
      expect(await take('aaaa')).toMatchObject({ grant: 1, request: asked('who has it') })
      expect(await take('bbbb')).toEqual({ gone: true })
      expect(await take('aaaa')).toMatchObject({ grant: 1 })
      // only the very life that it was given to can return it, and only under the grant it had
      worker.broker.mail.send(subjectsFor(name).front(at), {
        ...{ do: 'unknown', turn: id, worker: worker.id, run: 'bbbb', grant: 1, started: false }
      })
      expect(await take('bbbb')).toEqual({ gone: true })
      worker.broker.mail.send(subjectsFor(name).front(at), {
        ...{ do: 'unknown', turn: id, worker: worker.id, run: 'aaaa', grant: 1, started: false }
      })
      await expect.poll(() => take('bbbb')).toMatchObject({ grant: 2 })
      worker.broker.mail.send(subjectsFor(name).front(at), {
        ...{ do: 'unknown', turn: id, worker: worker.id, run: 'bbbb', grant: 2, started: true }
      })
      await first
      const events: TurnEvent[] = []
      for (let next = await turn.next(); !next.done; next = await turn.next()) events.push(next.value)
      expect(events.at(-1)).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
      pull.close()
    })

    it('that is on its way is no unknown turn, and a ticket that comes twice starts it once', async () => {
      const name = nats.newName()
      const engine = scriptedEngine([completed])
      await using worker = await startWorker(nats, name, engine, { name: 'slow' })
      await using fake = await raw(name)
      const { subjects, broker } = fake
      const unknown: unknown[] = []
      let answer = () => {}
      broker.mail.listen(subjects.front('ffff'), (message) => {
        if ((message as { do: string }).do === 'unknown') unknown.push(message)
        if ((message as { do: string }).do !== 'take') return
        const standing = { grant: 1, next: 1, consumed: 0 }
        // the state of the front end overtakes its answer to the take
        broker.mail.send(subjects.worker('slow'), { do: 'state', front: 'ffff', turns: { abcd: standing } })
        return new Promise((resolve) => {
          answer = () => resolve(new Json(JSON.stringify({ grant: 1, totalMs: 60_000, request: asked('race') })))
        })
      })
      await broker.line.prepare()
      await broker.line.put('owner', { turn: 'abcd', front: 'ffff' })
      await expect.poll(() => worker.worker.active).toBe(1)
      await broker.mail.request(subjects.worker('slow'), { do: 'ping' }, 1_000) // it has read what came before
      await broker.line.put('owner', { turn: 'abcd', front: 'ffff' })
      answer()
      await expect.poll(() => engine.turns.length).toBe(1)
      await expect.poll(async () => (await broker.line.state()).tickets).toBe(0)
      expect([unknown, engine.turns.length]).toEqual([[], 1])
    })
  })
})
