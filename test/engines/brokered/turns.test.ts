import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { needing } from '../../support/left-out.ts'
import { lossy, seeded } from '../../support/lossy.ts'
import { knowsWorkers, startFrontEnd, startWorker } from '../../support/machines.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { completed, forever, scriptedEngine } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'

const never = () => new AbortController().signal
const asked = (text: string, more: Partial<TurnRequest> = {}): TurnRequest => ({
  input: [{ type: 'text', text }],
  ...more
})
const delta = (text: string): TurnEvent => ({
  type: 'item.delta',
  item_id: 'm',
  item_type: 'agent_message',
  delta: text
})

async function all(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const list: TurnEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

const textOf = (events: readonly TurnEvent[]) =>
  events.map((event) => (event.type === 'item.delta' ? event.delta : '')).join('')
const endOf = (events: readonly TurnEvent[]) => events.at(-1)

/** How often each prompt was started. */
function counting(script: (request: TurnRequest) => Iterable<Step>) {
  const engine = scriptedEngine(script)
  const starts = () => {
    const counts = new Map<string, number>()
    for (const { request } of engine.turns) {
      const [input] = request.input
      const text = input?.type === 'text' ? input.text : ''
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    return counts
  }
  return { engine, starts }
}

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  describe('a turn that runs on a worker', () => {
    it('is started once, among many at once over two workers', async () => {
      const name = nats.newName()
      const one = counting(() => [delta('a'), completed])
      await using _one = await startWorker(nats, name, one.engine, { slots: 16 })
      await using _other = await startWorker(nats, name, one.engine, { slots: 16 })
      await using front = await startFrontEnd(nats, name)
      await knowsWorkers(front, 2)
      const count = 1_000
      let next = 0
      const run = async () => {
        while (next < count) {
          const owner = `owner ${next % 8}`
          const events = await all(front.engine.run(asked(`turn ${next++}`, { owner }), never()))
          expect([textOf(events), endOf(events)?.type]).toEqual(['a', 'turn.completed'])
        }
      }
      await Promise.all(Array.from({ length: 64 }, run))
      expect(one.starts().size).toBe(count)
      expect([...one.starts().values()].filter((starts) => starts !== 1)).toEqual([])
    })

    it('comes whole and in order, although messages are lost, repeated and delayed', async () => {
      const name = nats.newName()
      const pieces = Array.from({ length: 300 }, (_, index) => `${index},`)
      const tick: Step = () => new Promise((resolve) => setImmediate(resolve))
      const { engine, starts } = counting(() => [...pieces.flatMap((piece) => [delta(piece), tick]), completed])
      const random = seeded(7)
      const bad = (broker: Parameters<typeof lossy>[0]) => lossy(broker, 4, random)
      await using _worker = await startWorker(nats, name, engine, { slots: 8 }, bad)
      await using front = await startFrontEnd(nats, name, {}, bad)
      await knowsWorkers(front, 1)
      const turns = Array.from({ length: 8 }, (_, index) => all(front.engine.run(asked(`lossy ${index}`), never())))
      for (const events of await Promise.all(turns)) {
        expect(textOf(events)).toBe(pieces.join(''))
        expect(endOf(events)?.type).toBe('turn.completed')
      }
      expect([...starts().values()]).toEqual(Array.from({ length: 8 }, () => 1))
    })

    it('brings a request of 20 MB, and an event of 3 MB', async () => {
      const name = nats.newName()
      const large = `"${'é'.repeat(1_500_000)}"`
      const url = `data:image/png;base64,${'A'.repeat(20_000_000)}`
      const { engine } = counting(() => [delta(large), completed])
      await using _worker = await startWorker(nats, name, engine)
      await using front = await startFrontEnd(nats, name)
      await knowsWorkers(front, 1)
      const events = await all(front.engine.run({ input: [{ type: 'image', url }] }, never()))
      expect(textOf(events) === large).toBe(true)
      const [sent] = engine.turns[0]?.request.input ?? []
      expect(sent?.type === 'image' && sent.url === url).toBe(true)
    })

    it('waits with its engine while nobody reads', async () => {
      const name = nats.newName()
      let emitted = 0
      const { engine } = counting(function* () {
        for (; emitted < 20_000; emitted += 1) {
          yield delta('0123456789')
          yield () => new Promise((resolve) => setImmediate(resolve))
        }
        yield completed
      })
      await using _worker = await startWorker(nats, name, engine)
      await using front = await startFrontEnd(nats, name)
      await knowsWorkers(front, 1)
      const turn = front.engine.run(asked('slow'), never())[Symbol.asyncIterator]()
      for (let next = await turn.next(); !next.done && next.value.type !== 'item.delta';) next = await turn.next()
      let before = -1
      await expect
        .poll(() => {
          const stands = emitted === before
          before = emitted
          return stands
        })
        .toBe(true)
      expect(emitted).toBeLessThan(1_000)
      await turn.return?.(undefined)
      await expect.poll(() => engine.running).toBe(0)
    })

    it('is never started when its client leaves while it waits, and interrupted when it runs', async () => {
      const name = nats.newName()
      const { engine, starts } = counting(() => [delta('a'), forever])
      await using _worker = await startWorker(nats, name, engine, { slots: 1 })
      await using front = await startFrontEnd(nats, name)
      await knowsWorkers(front, 1)
      const abort = [new AbortController(), new AbortController()] as const
      const running = all(front.engine.run(asked('runs'), abort[0].signal))
      await expect.poll(() => engine.running).toBe(1)
      const waiting = all(front.engine.run(asked('waits'), abort[1].signal))
      await expect.poll(async () => (await front.broker.line.state()).tickets).toBe(1)
      abort[1].abort('client')
      expect(endOf(await waiting)).toMatchObject({ type: 'turn.interrupted', reason: 'client' })
      await expect.poll(async () => (await front.broker.line.state()).tickets).toBe(0)
      abort[0].abort('timeout')
      expect(endOf(await running)).toMatchObject({ type: 'turn.interrupted', reason: 'timeout' })
      await expect.poll(() => engine.running).toBe(0)
      expect(engine.turns[0]?.signal.reason).toBe('timeout')
      expect([...starts().keys()]).toEqual(['runs'])
    })

    it('goes on while the broker is away, with every event once, and waiting ones start once', async () => {
      await using broken = await startNats()
      const name = broken.newName()
      const pieces = Array.from({ length: 60 }, (_, index) => `${index},`)
      const pause: Step = () => new Promise((resolve) => setTimeout(resolve, 20))
      const { engine, starts } = counting(() => [...pieces.flatMap((piece) => [delta(piece), pause]), completed])
      await using _worker = await startWorker(broken, name, engine, { slots: 2 })
      await using front = await startFrontEnd(broken, name)
      await knowsWorkers(front, 1)
      const turns = Array.from({ length: 5 }, (_, index) => all(front.engine.run(asked(`cut ${index}`), never())))
      await expect.poll(() => engine.running).toBe(2)
      await broken.kill()
      await new Promise((resolve) => setTimeout(resolve, 300))
      await broken.start()
      for (const events of await Promise.all(turns)) {
        expect(textOf(events)).toBe(pieces.join(''))
        expect(endOf(events)?.type).toBe('turn.completed')
      }
      expect([...starts().values()]).toEqual([1, 1, 1, 1, 1])
    })
  })
})
