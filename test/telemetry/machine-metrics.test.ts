import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { watchMachines } from '../../src/telemetry/machine-metrics.ts'
import type { WatchedMachines } from '../../src/telemetry/machine-metrics.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { needing } from '../support/left-out.ts'
import { lossy } from '../support/lossy.ts'
import { knowsWorkers, startFrontEnd, startWorker } from '../support/machines.ts'
import type { TestFrontEnd } from '../support/machines.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { completed, forever, gate, message, scriptedEngine } from '../support/scripted-engine.ts'

/** The samples as they are exposed, by name and label. */
async function samples(watched: WatchedMachines): Promise<Record<string, number>> {
  const registry = new Registry()
  watchMachines([registry], watched)
  const lines = (await registry.metrics()).split('\n').filter((line) => /^codex_gateway_/.test(line))
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', value] = line.slice('codex_gateway_'.length).split(' ')
      return [name, Number(value)]
    })
  )
}

const ofFront = ({ broker: { mail }, frontEnd }: TestFrontEnd) => samples({ mail, frontEnd })

async function endOf({ engine }: TestFrontEnd, text = 'hello'): Promise<string> {
  let last: TurnEvent | undefined
  for await (const event of engine.run({ input: [{ type: 'text', text }] }, new AbortController().signal)) last = event
  return last?.type === 'turn.failed' ? last.error.code : `${last?.type}`
}

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  it('workers are counted by state, with their slots, and turns by the road they took', async () => {
    const name = nats.newName()
    const { step, open } = gate()
    await using one = await startWorker(nats, name, scriptedEngine([step, completed]), { slots: 2 })
    await using _sick = await startWorker(nats, name, scriptedEngine([completed]), {
      ...{ slots: 3, health: async () => ({ ready: false, problem: 'no login' }) }
    })
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 1)
    await expect
      .poll(() => ofFront(front))
      .toMatchObject({
        ...{ 'workers{state="ready"}': 1, 'workers{state="draining"}': 0, 'workers{state="not_ready"}': 1 },
        ...{ worker_slots: 5, worker_slots_active: 0, broker_up: 1, broker_reconnects_total: 0, turns_lost_total: 0 },
        ...{ 'turns_handed_total{road="direct"}': 0, 'turns_handed_total{road="line"}': 0 }
      })
    const turns = [endOf(front, 'a')]
    await expect.poll(async () => (await ofFront(front))['worker_slots_active']).toBe(1)
    turns.push(endOf(front, 'b'), endOf(front, 'c'), endOf(front, 'd'))
    await expect.poll(async () => (await ofFront(front))['worker_slots_active']).toBe(2)
    const drained = one.worker.drain(10_000)
    await expect
      .poll(() => ofFront(front))
      .toMatchObject({
        ...{ 'workers{state="ready"}': 0, 'workers{state="draining"}': 1 }
      })
    await using _next = await startWorker(nats, name, scriptedEngine([completed]))
    open()
    expect(await Promise.all(turns)).toEqual(turns.map(() => 'turn.completed'))
    await drained
    const { 'turns_handed_total{road="direct"}': direct = 0, 'turns_handed_total{road="line"}': line = 0 } =
      await ofFront(front)
    expect([direct + line, line >= 2]).toEqual([4, true]) // those that waited were in the line
  })

  it('turns that are lost with their worker, reconnections, and whether the broker is there', async () => {
    await using broken = await startNats()
    const name = broken.newName()
    await using worker = await startWorker(broken, name, scriptedEngine([forever]))
    await using front = await startFrontEnd(broken, name)
    await knowsWorkers(front, 1)
    const turn = endOf(front)
    await expect.poll(async () => (await ofFront(front))['worker_slots_active']).toBe(1)
    await worker.broker[Symbol.asyncDispose]() // as if it had been killed
    expect(await turn).toBe('engine_stopped')
    expect(await ofFront(front)).toMatchObject({ turns_lost_total: 1 })
    await broken.kill()
    await expect.poll(() => ofFront(front)).toMatchObject({ broker_up: 0, broker_reconnects_total: 0 })
    await broken.start()
    await expect.poll(() => ofFront(front)).toMatchObject({ broker_up: 1, broker_reconnects_total: 1 })
  })

  it('frames that a worker sent again', async () => {
    const name = nats.newName()
    let sent = 0
    const losesFirst = () => (sent++ === 0 ? 0 : 0.99)
    const engine = scriptedEngine([...message('m', 'a'), completed])
    await using worker = await startWorker(nats, name, engine, {}, (broker) => lossyFrames(broker, losesFirst))
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 1)
    const ofWorker = () => samples({ mail: worker.broker.mail, worker: worker.worker })
    expect(await ofWorker()).toEqual({ broker_up: 1, broker_reconnects_total: 0, frames_resent_total: 0 })
    expect(await endOf(front)).toBe('turn.completed')
    expect((await ofWorker())['frames_resent_total']).toBeGreaterThan(0)
  })
})

/** Loses frames alone, by these numbers. */
function lossyFrames(broker: Parameters<typeof lossy>[0], random: () => number) {
  const bad = lossy(broker, 1, random)
  const isFrame = (json: string) => json.startsWith('{"do":"frame"')
  const mail = new Proxy(bad.mail, {
    get: (target, name) =>
      name === 'sendJson'
        ? (subject: string, json: string) => (isFrame(json) ? target : broker.mail).sendJson(subject, json)
        : name === 'send'
          ? (subject: string, value: unknown) => broker.mail.send(subject, value)
          : (Reflect.get(target, name, target) as unknown)
  })
  return { ...bad, mail, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
}
