import { describe, expect, it } from 'vitest'
import { limited } from '../../src/engines/limited.ts'
import { TurnQueue } from '../../src/engines/queue.ts'
import { screened } from '../../src/engines/screened.ts'
import { routed } from '../../src/engines/routed.ts'
import { timed } from '../../src/engines/timed.ts'
import { GatewayError } from '../../src/turn/error.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { gate, scriptedEngine, stuck } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'

const never = new AbortController().signal
const begun: TurnEvent = { type: 'turn.started' }
const completed: TurnEvent = { type: 'turn.completed' }

async function eventsOf(engine: Engine, request: Partial<TurnRequest> = {}, signal = never): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of engine.run({ input: [], ...request }, signal)) all.push(event)
  return all
}

it('a screened engine refuses what may not begin before it waits for a slot', async () => {
  const { step, reached } = stuck()
  const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 60_000 })
  const spent = new GatewayError('usage_limit_exceeded', 'It is used up.')
  const refusal = ({ owner }: TurnRequest) => {
    if (owner === 'unknown') throw new GatewayError('overloaded', 'Nobody knows.')
    return owner === 'broke' ? spent : undefined
  }
  const engine = screened(limited(scriptedEngine([begun, step]), queue), { refusal })
  const abort = new AbortController()
  const first = eventsOf(engine, { owner: 'rich' }, abort.signal)
  await reached
  const end = async (owner: string) => (await eventsOf(engine, { owner }))[0]
  expect(await end('broke')).toMatchObject({ type: 'turn.failed', error: { code: 'usage_limit_exceeded' } })
  expect(await end('unknown')).toMatchObject({ type: 'turn.failed', error: { code: 'overloaded' } })
  expect([queue.active, queue.waiting]).toEqual([1, 0])
  abort.abort('client')
  await first
})

describe('a limited engine', () => {
  it('reports when a turn has its slot, and releases it when nothing of the turn is left', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 1_000 })
    const engine = limited(scriptedEngine([completed]), queue)
    expect(await eventsOf(engine)).toMatchObject([{ type: 'turn.admitted', engine: 'scripted' }, completed])
    expect(await eventsOf(engine)).toMatchObject([{ type: 'turn.queued' }, { type: 'turn.admitted' }, completed])
    await engine[Symbol.asyncDispose]()
    expect([queue.active, queue.waiting]).toEqual([0, 0])
  })

  it('releases the slot only when its engine has cleared the turn, though the end is passed on before', async () => {
    let clear = () => {}
    const cleared = new Promise<void>((resolve) => (clear = resolve))
    const run: Engine['run'] = async function* () {
      try {
        yield completed
      } finally {
        await cleared
      }
    }
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 1_000 })
    await using engine = limited({ name: 'slow', run, [Symbol.asyncDispose]: async () => {} }, queue)
    expect((await eventsOf(engine)).at(-1)).toEqual(completed)
    const next = eventsOf(engine)
    await new Promise((resolve) => setImmediate(resolve))
    expect([queue.active, queue.waiting]).toEqual([1, 1])
    clear()
    expect((await next).at(-1)).toEqual(completed)
  })

  it('refuses a turn that finds the queue full, without calling the engine', async () => {
    const { step, reached } = stuck()
    const inner = scriptedEngine([begun, step])
    const engine = limited(inner, new TurnQueue({ concurrency: 1, queue: 0, patience: 1_000 }))
    const abort = new AbortController()
    const first = eventsOf(engine, {}, abort.signal)
    await reached
    expect(await eventsOf(engine)).toMatchObject([{ type: 'turn.failed', error: { code: 'rate_limited' } }])
    expect(inner.turns).toHaveLength(1)
    abort.abort('client')
    expect((await first).at(-1)).toEqual({ type: 'turn.interrupted', reason: 'client' })
  })

  it('gives the slot of a turn that waits to others, and has it wait for one when it goes on', async () => {
    const { step: first, open: resume } = gate()
    const { step: second, open: finish } = gate()
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000 })
    const script = (request: TurnRequest): Step[] =>
      request.owner === 'waits'
        ? [begun, { type: 'turn.waiting' }, first, { type: 'turn.resumes' }, completed]
        : [second, completed]
    const engine = limited(scriptedEngine(script), queue)
    const types: string[] = []
    const waits = (async () => {
      for await (const event of engine.run({ input: [], owner: 'waits' }, never)) types.push(event.type)
    })()
    await expect.poll(() => types).toContain('turn.waiting')
    expect(queue.active).toBe(0)
    const other = eventsOf(engine, { owner: 'other' })
    await expect.poll(() => queue.active).toBe(1)
    resume()
    await expect.poll(() => [queue.active, queue.waiting]).toEqual([1, 1])
    expect(types).not.toContain('turn.completed')
    finish()
    await Promise.all([waits, other])
    expect(types.at(-1)).toBe('turn.completed')
    await engine[Symbol.asyncDispose]()
    expect([queue.active, queue.waiting]).toEqual([0, 0])
  })

  it('leaves no slot taken that a turn gets in the moment in which its consumer leaves', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000 })
    const release = await queue.enter('', never)
    const turn = limited(scriptedEngine([completed]), queue).run({ input: [] }, never)
    const events = turn[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ type: 'turn.queued' })
    release()
    await events.return?.()
    await expect.poll(() => [queue.active, queue.waiting]).toEqual([0, 0])
  })

  it('never runs a turn whose client left the queue', async () => {
    const { step, reached } = stuck()
    const inner = scriptedEngine([begun, step])
    const engine = limited(inner, new TurnQueue({ concurrency: 1, queue: 1, patience: 1_000 }))
    const [running, leaving] = [new AbortController(), new AbortController()]
    const first = eventsOf(engine, {}, running.signal)
    await reached
    const second = eventsOf(engine, {}, leaving.signal)
    leaving.abort('client')
    expect(await second).toEqual([{ type: 'turn.queued' }, { type: 'turn.interrupted', reason: 'client' }])
    running.abort('shutdown')
    expect((await first).at(-1)).toEqual({ type: 'turn.interrupted', reason: 'shutdown' })
    expect(inner.turns).toHaveLength(1)
  })
})

describe('a timed engine', () => {
  const clocks = { total: 5_000, start: 5_000, idle: 5_000 }
  const admitted: TurnEvent = { type: 'turn.admitted', engine: 'scripted', queued_ms: 0 }

  it.each([
    ['the whole turn', { total: 20 }, []],
    ['the start', { start: 20 }, [admitted]],
    ['a silence', { idle: 20 }, [admitted, begun]]
  ])('ends a turn that takes too long: %s', async (_, clock, events) => {
    const { step } = stuck()
    const inner = scriptedEngine([...events, step])
    expect(await eventsOf(timed(inner, { ...clocks, ...clock }))).toEqual([
      ...events,
      { type: 'turn.interrupted', reason: 'timeout' }
    ])
    await inner.turns[0]?.ended
  })

  it('leaves a turn alone that is in time', async () => {
    expect(await eventsOf(timed(scriptedEngine([admitted, begun, completed]), clocks))).toEqual([
      admitted,
      begun,
      completed
    ])
  })
})

describe('routed engines', () => {
  const exec = { ...scriptedEngine([completed]), name: 'exec', can: {} }
  const appServer = { ...scriptedEngine([completed]), name: 'app-server', can: { tools: true } }
  const engine = routed([exec, appServer])
  const tools = [{ name: 'f' }]

  it.each<[Partial<TurnRequest>, string]>([
    [{}, 'exec'],
    [{ tools: [] }, 'exec'],
    [{ tools }, 'app-server'],
    [{ tools, toolChoice: 'none' }, 'exec'],
    [{ engine: 'app-server' }, 'app-server'],
    [{ tools, engine: 'exec' }, 'exec']
  ])('run %j on %s', async (request, name) => {
    const before = [exec.turns.length, appServer.turns.length]
    expect(engine.nameFor?.({ input: [], ...request })).toBe(name)
    await eventsOf(engine, request)
    expect([exec.turns.length - before[0]!, appServer.turns.length - before[1]!]).toEqual(
      name === 'exec' ? [1, 0] : [0, 1]
    )
  })
})
