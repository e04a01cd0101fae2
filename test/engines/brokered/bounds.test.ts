import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { needing } from '../../support/left-out.ts'
import { knowsWorkers, startFrontEnd, startWorker } from '../../support/machines.ts'
import type { TestFrontEnd } from '../../support/machines.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { completed, gate, scriptedEngine } from '../../support/scripted-engine.ts'

const asked = (owner: string) => ({ input: [{ type: 'text' as const, text: owner }], owner })

async function endOf(events: AsyncIterable<TurnEvent>): Promise<string> {
  let last: TurnEvent | undefined
  for await (const event of events) last = event
  return last?.type === 'turn.failed' ? `${last.error.code} ${last.error.retry_after !== undefined}` : `${last?.type}`
}

const count = (ends: readonly string[], wanted: string) => ends.filter((end) => end === wanted).length
const run = ({ engine }: TestFrontEnd, owner: string) => endOf(engine.run(asked(owner), new AbortController().signal))
const knowEachOther = (fronts: readonly TestFrontEnd[]) =>
  expect.poll(() => fronts.every(({ frontEnd }) => frontEnd.others.count === fronts.length)).toBe(true)

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  describe('many turns at once', () => {
    it('at one front end: the queue and the slots are filled exactly, the others are refused', async () => {
      const name = nats.newName()
      const { step, open } = gate()
      await using _worker = await startWorker(nats, name, scriptedEngine([step, completed]))
      await using front = await startFrontEnd(nats, name, { queue: 20 })
      await knowsWorkers(front, 1)
      const ends = Array.from({ length: 1_000 }, () => run(front, 'one'))
      await expect.poll(() => front.frontEnd.counts).toEqual({ active: 4, waiting: 20 })
      open()
      const all = await Promise.all(ends)
      expect([count(all, 'turn.completed'), count(all, 'rate_limited true')]).toEqual([24, 976])
    })

    it('at three front ends: the same in all', async () => {
      const name = nats.newName()
      const { step, open } = gate()
      await using _worker = await startWorker(nats, name, scriptedEngine([step, completed]))
      await using one = await startFrontEnd(nats, name, { queue: 20 })
      await using two = await startFrontEnd(nats, name, { queue: 20 })
      await using three = await startFrontEnd(nats, name, { queue: 20 })
      const fronts = [one, two, three]
      for (const front of fronts) await knowsWorkers(front, 1)
      await knowEachOther(fronts)
      let refused = 0
      const ends = Array.from({ length: 300 }, (_, index) =>
        run(fronts[index % 3]!, `owner ${index % 9}`).then((end) => ((refused += Number(end.startsWith('rate'))), end))
      )
      await expect.poll(() => refused).toBe(276)
      open()
      expect(count(await Promise.all(ends), 'turn.completed')).toBe(24)
    })

    it('of one owner run no more than it may, over two front ends, and places of a dead one are free again', async () => {
      const name = nats.newName()
      const engine = scriptedEngine([() => new Promise((resolve) => setTimeout(resolve, 20)), completed])
      let most = 0
      const counted: typeof engine.run = (request, signal) => {
        const events = engine.run(request, signal)
        setTimeout(() => (most = Math.max(most, engine.running)), 5)
        return events
      }
      await using _worker = await startWorker(nats, name, { ...engine, run: counted }, { slots: 16 })
      await using one = await startFrontEnd(nats, name, { ownConcurrency: 3 })
      await using two = await startFrontEnd(nats, name, { ownConcurrency: 3 })
      for (const front of [one, two]) await knowsWorkers(front, 1)
      const ends = await Promise.all(Array.from({ length: 24 }, (_, index) => run(index % 2 ? one : two, 'same')))
      expect(count(ends, 'turn.completed')).toBe(24)
      expect(most).toBe(3)
    })
  })

  it('a token with few turns does not wait for one with many at another front end', async () => {
    const name = nats.newName()
    const engine = scriptedEngine([() => new Promise((resolve) => setTimeout(resolve, 50)), completed])
    await using _worker = await startWorker(nats, name, engine)
    await using busy = await startFrontEnd(nats, name)
    await using calm = await startFrontEnd(nats, name)
    for (const front of [busy, calm]) await knowsWorkers(front, 1)
    const many = Array.from({ length: 60 }, () => run(busy, 'many'))
    await expect.poll(() => engine.running).toBe(4)
    const before = engine.turns.length
    await Promise.all(Array.from({ length: 4 }, () => run(calm, 'few')))
    const others = engine.turns.slice(before).filter(({ request }) => request.owner === 'many')
    expect(others.length).toBeLessThan(24) // four of its own were in the line before, and four each time round
    await Promise.all(many)
  })

  it('the turns of a conversation go to one worker, and to another when that one drains', async () => {
    const name = nats.newName()
    const engines = [scriptedEngine([completed]), scriptedEngine([completed])]
    await using one = await startWorker(nats, name, engines[0]!, { name: 'one' })
    await using other = await startWorker(nats, name, engines[1]!, { name: 'other' })
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 2)
    const places = () => engines.map(({ turns }) => turns.length)
    await expect.poll(() => [one, other].every(({ worker }) => !worker.draining)).toBe(true)
    const history = [
      { type: 'message' as const, role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }
    ]
    const again = () => endOf(front.engine.run({ ...asked('same'), history }, new AbortController().signal))
    for (let turn = 0; turn < 6; turn += 1) {
      await again()
      await new Promise((resolve) => setTimeout(resolve, 20)) // its pull is open again
    }
    expect(places()).toContain(6)
    const home = places()[0] === 6 ? one : other
    await home.worker.drain(0)
    await expect.poll(() => front.frontEnd.roster.usable().length).toBe(1)
    expect(await again()).toBe('turn.completed')
    expect(places()).toEqual(home === one ? [6, 1] : [1, 6])
  })
})
