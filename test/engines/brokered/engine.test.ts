import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { engineOf, subjects } from './engine.ts'

const started: TurnEvent = { type: 'turn.started' }
const completed: TurnEvent = { type: 'turn.completed' }
const called: TurnEvent = { type: 'tool.called', call_id: 'c', name: 'f', arguments: '{}' }

describe('a turn over the broker', () => {
  it('is told where it runs and how long it has waited, and leaves nothing behind', async () => {
    const { signal } = new AbortController()
    const { run, take, seen } = engineOf(true)
    const running = run({ owner: 'ada' }, signal)
    await vi.advanceTimersByTimeAsync(3_000)
    await take(started, called, completed, started)
    expect(await running).toEqual([
      { type: 'turn.queued' },
      { type: 'turn.admitted', engine: 'exec', queued_ms: 3_000, worker: 'w' },
      ...[started, called, completed]
    ])
    expect(seen).toEqual(['share ada', 'add exec 60000', 'admitted', 'call c w', 'shared', 'remove', 'left'])
    expect([vi.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []])
  })

  it.each<[Partial<TurnRequest>, string]>([
    [{}, 'exec 60000'],
    [{ tools: [{ name: 'f' }] }, 'app-server 60000'],
    [{ engine: 'app-server', timeLimitMs: 5 }, 'app-server 5'],
    [{ engine: 'other' }, 'exec 60000']
  ])('runs on the engine that can do what it needs: %j', async (request, added) => {
    const { engine, run, take, seen, events } = engineOf()
    expect(engine.nameFor?.({ input: [], ...request })).toBe(added.split(' ')[0])
    const running = run(request)
    await take(completed)
    await running
    expect([seen[1], events[0]?.type]).toEqual([`add ${added}`, 'turn.admitted'])
  })

  it('asks for nothing when it is over before it begins', async () => {
    const { run, seen } = engineOf()
    expect(await run({}, AbortSignal.abort('client'))).toEqual([{ type: 'turn.interrupted', reason: 'client' }])
    expect(seen).toEqual([])
  })

  it('is withdrawn when its client leaves while it waits, or its time is up', async () => {
    const abort = new AbortController()
    const { run, seen } = engineOf()
    const left = run({}, abort.signal)
    await vi.advanceTimersByTimeAsync(0)
    abort.abort('client')
    expect(await left).toEqual([{ type: 'turn.interrupted', reason: 'client' }])
    expect(seen.slice(2)).toEqual(['shared', 'remove', 'left'])
    const other = engineOf()
    const late = other.run()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(await late).toEqual([{ type: 'turn.failed', error: { code: 'overloaded', message: 'Late.' } }])
    expect(other.seen.slice(2)).toEqual(['shared', 'remove', 'left'])
  })

  it('is withdrawn when its consumer leaves while it waits', async () => {
    const { engine, seen } = engineOf(true)
    const running = engine.run({ input: [] }, new AbortController().signal)
    for await (const event of running) if (event.type === 'turn.queued') break
    expect(seen.slice(2)).toEqual(['shared', 'remove', 'left'])
    await vi.advanceTimersByTimeAsync(9_000)
  })

  it('is withdrawn when its client leaves before its consumer goes on, which harms nobody else', async () => {
    const abort = new AbortController()
    const { engine, seen } = engineOf(true)
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const turn = engine.run({ input: [] }, abort.signal)[Symbol.asyncIterator]()
    expect((await turn.next()).value).toEqual({ type: 'turn.queued' })
    abort.abort('client')
    await new Promise(setImmediate)
    expect(unhandled).not.toHaveBeenCalled()
    expect((await turn.next()).value).toEqual({ type: 'turn.interrupted', reason: 'client' })
    expect(await turn.next()).toMatchObject({ done: true })
    expect(seen.slice(2)).toEqual(['shared', 'remove', 'left'])
  })

  it('waits for nobody when its client leaves while the front ends are asked for a place', async () => {
    const abort = new AbortController()
    const { run, seen } = engineOf()
    const left = run({}, abort.signal)
    abort.abort('client')
    await vi.advanceTimersByTimeAsync(0)
    expect(seen).toEqual(['share ', 'shared', 'left'])
    expect(await left).toEqual([{ type: 'turn.interrupted', reason: 'client' }])
  })

  it('is withdrawn at once when its client leaves while it waits again, and no worker begins it', async () => {
    const abort = new AbortController()
    const { run, giveBack, seen } = engineOf()
    const left = run({}, abort.signal)
    await giveBack()
    abort.abort('client')
    await vi.advanceTimersByTimeAsync(0)
    expect(seen.at(-1)).toBe('left')
    expect((await left).at(-1)).toEqual({ type: 'turn.interrupted', reason: 'client' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is stopped at its worker, whose word for it counts', async () => {
    const abort = new AbortController()
    const { run, take, seen } = engineOf()
    const running = run({}, abort.signal)
    await take(started)
    abort.abort('shutdown')
    expect(seen.at(-1)).toBe('stop shutdown')
    await take()
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    await vi.advanceTimersByTimeAsync(4_999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect((await running).at(-1)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'engine_stopped', message: expect.stringContaining('has not confirmed that') as string }
    })
  })

  it('leaves no timer where its worker ends it', async () => {
    const abort = new AbortController()
    const { run, take } = engineOf()
    const running = run({}, abort.signal)
    await take(started)
    abort.abort('client')
    await take({ type: 'turn.interrupted', reason: 'client' })
    expect((await running).at(-1)).toEqual({ type: 'turn.interrupted', reason: 'client' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that its client has left ends in its time without a word of its worker', async () => {
    const abort = new AbortController()
    const { run, take } = engineOf()
    const running = run({}, abort.signal)
    await take(started)
    abort.abort('client')
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await running).at(-1)).toEqual({ type: 'turn.interrupted', reason: 'client' })
  })

  it('is stopped at once where it was aborted in the moment of its admission', async () => {
    const abort = new AbortController()
    const { engine, take, seen } = engineOf()
    const events = engine.run({ input: [] }, abort.signal)[Symbol.asyncIterator]()
    const first = events.next()
    await take()
    expect((await first).value).toMatchObject({ type: 'turn.admitted' })
    abort.abort('client')
    const next = events.next()
    await vi.advanceTimersByTimeAsync(0)
    expect(seen.at(-1)).toBe('stop client')
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await next).value).toEqual({ type: 'turn.interrupted', reason: 'client' })
  })

  it('that its worker interrupted, though nobody here did, may have had effects', async () => {
    const interrupted = (reason: 'client' | 'timeout'): TurnEvent => ({ type: 'turn.interrupted', reason })
    const { run, take } = engineOf()
    const running = run()
    await take(started, interrupted('client'))
    const unheard = expect.stringContaining('had not heard from this gateway') as string
    expect((await running).slice(1)).toEqual([
      started,
      { type: 'turn.failed', error: { code: 'engine_stopped', reason: 'worker_lost', message: unheard } }
    ])
    const other = engineOf()
    const late = other.run()
    await other.take(interrupted('timeout'))
    expect((await late).at(-1)).toEqual(interrupted('timeout'))
  })
})

it('an engine over the broker asks any worker for its models, tells all what to forget, and ends its front end', async () => {
  const { engine, seen } = engineOf()
  expect([await engine.models?.(), await engine.models?.('ws')]).toEqual([[], []])
  await engine.forget?.('t')
  await engine.forget?.('t', 'ws')
  await engine[Symbol.asyncDispose]()
  expect(seen).toEqual([
    `ask ${subjects.any} {"do":"models"}`,
    `ask ${subjects.any} {"do":"models","workspace":"ws"}`,
    `send ${subjects.all} {"do":"forget","thread":"t"}`,
    `send ${subjects.all} {"do":"forget","thread":"t","workspace":"ws"}`,
    'gone'
  ])
})
