import { afterAll, beforeAll, expect, it } from 'vitest'
import { timed } from '../../../src/engines/timed.ts'
import type { RunTurn } from '../../../src/turn/engine.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { needing } from '../../support/left-out.ts'
import { knowsWorkers, startFrontEnd, startWorker } from '../../support/machines.ts'
import type { TestFrontEnd } from '../../support/machines.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { completed, forever, scriptedEngine } from '../../support/scripted-engine.ts'

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  it('a turn that took too long is not to be tried again where its worker does not confirm that it has ended', async () => {
    const name = nats.newName()
    let open = () => {}
    const opened = new Promise<void>((resolve) => (open = resolve))
    const stubborn: RunTurn = async function* () {
      yield { type: 'item.delta', item_id: 'm', item_type: 'agent_message', delta: 'a' }
      await opened
      yield completed
    }
    await using _worker = await startWorker(nats, name, { ...scriptedEngine([]), run: stubborn })
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 1)
    const clocks = { total: 200, start: 10_000, idle: 10_000 }
    let last: TurnEvent | undefined
    for await (const event of timed(front.engine, clocks).run({ input: [] }, new AbortController().signal)) last = event
    open()
    expect(last).toMatchObject({
      type: 'turn.failed',
      error: {
        code: 'engine_stopped',
        reason: 'worker_lost',
        message: expect.stringContaining('may still run') as unknown
      }
    })
    expect(front.frontEnd.handed.lost).toBe(1)
  })

  const endOf = async ({ engine }: TestFrontEnd) => {
    let last: TurnEvent | undefined
    for await (const event of engine.run({ input: [] }, new AbortController().signal)) last = event
    return last
  }

  it('a turn that its worker interrupts because it heard nothing is not to be tried again', async () => {
    const name = nats.newName()
    const engine = scriptedEngine([{ type: 'turn.interrupted', reason: 'client' }])
    await using _worker = await startWorker(nats, name, engine)
    await using front = await startFrontEnd(nats, name)
    await knowsWorkers(front, 1)
    expect(await endOf(front)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'engine_stopped', message: expect.stringContaining('had not heard') as unknown }
    })
  })

  it('turns fail, and none starts again, when the broker hangs for longer than signs of life are waited for', async () => {
    await using hanging = await startNats()
    const name = hanging.newName()
    let isFirst = true
    const engine = scriptedEngine(() => (isFirst ? [forever] : [completed]))
    await using _worker = await startWorker(hanging, name, engine)
    await using front = await startFrontEnd(hanging, name)
    await knowsWorkers(front, 1)
    const turn = endOf(front)
    await expect.poll(() => engine.running).toBe(1)
    process.kill(hanging.pid, 'SIGSTOP')
    expect(await turn).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
    await expect.poll(() => engine.running, { timeout: 20_000 }).toBe(0)
    isFirst = false
    process.kill(hanging.pid, 'SIGCONT')
    await expect.poll(async () => (await endOf(front))?.type, { timeout: 20_000 }).toBe('turn.completed')
    expect(engine.turns.length).toBe(2)
  }, 60_000)
})
