import { describe, expect, it, vi } from 'vitest'
import { taskEventsAfter } from '../../src/tasks/event-store.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { answers, begins, endOf, newTask, startTaskGateways, textOf } from './task-gateways.ts'
import type { Run } from './task-gateways.ts'

const never = new Promise<never>(() => {})

/** Ends when it is aborted, as an engine does. */
const hangs = (ran: string[]): Run =>
  async function* (request, signal) {
    ran.push(textOf(request))
    yield* begins()
    await Promise.race([never, new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))])
  }

describe('the queue of tasks', () => {
  it('serves owners in turn', async () => {
    await using gateways = startTaskGateways()
    const ran: string[] = []
    const gateway = gateways.start(async function* (request) {
      ran.push(textOf(request))
      yield* [...begins(), ...answers('Done.')]
    }, 1)
    const all = ['a1', 'a2', 'a3'].map((text) => gateway.tasks.create(newTask(text, { owner: 'a' })))
    all.push(...['b1', 'b2'].map((text) => gateway.tasks.create(newTask(text, { owner: 'b' }))))
    for (const task of all) expect(await endOf(gateway, task)).toMatchObject({ status: 'succeeded', result: 'Done.' })
    expect(ran).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
    expect(gateway.published.toSorted()).toEqual(all.map(({ id }) => id).toSorted())
  })

  it('gives each task to one of the gateways that share a folder', async () => {
    await using gateways = startTaskGateways()
    const ran: string[] = []
    const run: Run = async function* (request) {
      ran.push(textOf(request))
      yield* begins()
      await new Promise(setImmediate)
      yield* answers('Done.')
    }
    const [one, other] = [gateways.start(run), gateways.start(run)]
    const all = Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).tasks.create(newTask(String(index))))
    for (const task of all) expect((await endOf(one, task)).status).toBe('succeeded')
    expect(ran.toSorted()).toEqual(all.map((_, index) => String(index)).toSorted())
  })

  it('has bounds, of all and for each owner', async () => {
    await using gateways = startTaskGateways()
    const { tasks } = gateways.start(hangs([]), 1, { unfinished: 3, unfinishedPerOwner: 2 })
    const add = (owner: string) => () => tasks.create(newTask('x', { owner }))
    ;[add('a'), add('a')].forEach((one) => one())
    expect(add('a')).toThrow(expect.objectContaining({ code: 'rate_limited', retryAfter: 10 }))
    add('b')()
    expect(add('c')).toThrow(/^This gateway has as many/)
    expect(() => tasks.create(newTask('x', { owner: 'd', template: 't', templateLimit: 0 }))).toThrow()
  })

  it('ends what was not run before its deadline', async () => {
    await using gateways = startTaskGateways()
    const gateway = gateways.start(hangs([]), 1)
    gateway.tasks.create(newTask('first'))
    const second = gateway.tasks.create(newTask('second', { deadline: Date.now() + 300 }))
    expect(await endOf(gateway, second)).toMatchObject({ error: { class: 'timeout' }, attempts: 0 })
  })

  it('keeps a task for which there is no slot', async () => {
    await using gateways = startTaskGateways()
    let tries = 0
    const gateway = gateways.start(async function* () {
      const busy: TurnEvent = { type: 'turn.failed', error: { code: 'rate_limited', message: 'The queue is full.' } }
      yield* ++tries === 1 ? [busy] : [...begins(), ...answers('At last.')]
    })
    const task = gateway.tasks.create(newTask('x'))
    expect(await endOf(gateway, task)).toMatchObject({ result: 'At last.', attempts: 1 })
    const events = taskEventsAfter(gateway.store.tables, task.sequence, 0).map(({ type }) => type)
    expect(events).toEqual(['task.queued', 'task.running', 'message', 'task.succeeded'])
  })
})

describe('a task whose gateway is gone', () => {
  it('is interrupted where it had begun, and goes on where its caller allows that', async () => {
    await using gateways = startTaskGateways()
    const before: string[] = []
    const first = gateways.start(hangs(before), 2)
    const [lost, safe] = [newTask('never'), newTask('safe', { retry: 'safe' })].map((task) => first.tasks.create(task))
    const queued = first.tasks.create(newTask('queued'))
    await expect.poll(() => before).toHaveLength(2)
    await expect.poll(() => first.store.find(safe!.id)?.thread).toBe('thread')
    first.die()
    const seen: string[] = []
    const second = gateways.start(async function* (request) {
      seen.push(request.thread?.kind === 'resume' ? `${request.thread.id}: ${textOf(request)}` : textOf(request))
      yield* [...begins(), ...answers('Done.')]
    })
    expect(await endOf(second, lost!)).toMatchObject({ status: 'failed', error: { class: 'interrupted' }, attempts: 1 })
    expect(await endOf(second, safe!)).toMatchObject({ status: 'succeeded', attempts: 2 })
    expect(await endOf(second, queued)).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(seen).toEqual(['queued', expect.stringMatching(/^thread: You were interrupted/)])
  })

  it('is cancelled through any gateway', async () => {
    await using gateways = startTaskGateways()
    const ran: string[] = []
    const [runs, other] = [gateways.start(hangs(ran)), gateways.start(hangs([]), 0)]
    const task = runs.tasks.create(newTask('x'))
    await expect.poll(() => ran).toHaveLength(1)
    const ended = await other.tasks.cancel(other.tasks.find('one', task.id), new AbortController().signal)
    expect(ended).toMatchObject({ status: 'failed', error: { class: 'cancelled' } })
  })
})

describe('a task that waits for a limit to be lifted', () => {
  it.each([
    ['ahead', 7_200_000],
    ['back', -7_200_000]
  ])('goes on in time when the clock is set %s', async (_, change) => {
    await using gateways = startTaskGateways()
    let tries = 0
    const gateway = gateways.start(async function* () {
      yield* begins()
      const error = { code: 'usage_limit_exceeded', message: 'Used up.', retry_after: 2 } as const
      yield* ++tries === 1 ? [{ type: 'turn.failed', error } as const] : answers('Done.')
    })
    const task = gateway.tasks.create(newTask('x', { whenLimited: 'wait' }))
    await expect.poll(() => gateway.store.find(task.id)?.status).toBe('waiting_for_reset')
    const { now } = Date
    using _clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + change)
    expect(await endOf(gateway, task)).toMatchObject({ status: 'succeeded', attempts: 2 })
  })
})
