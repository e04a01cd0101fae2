import { describe, expect, it } from 'vitest'
import { Activity } from '../../src/workspaces/activity.ts'
import { Views } from '../../src/workspaces/views.ts'

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => (settled = true))
  for (let tick = 0; tick < 10; tick++) await Promise.resolve()
  return settled
}

describe('turns of a workspace', () => {
  it('begin at once where it was there before all that run', async () => {
    const views = new Views()
    using _old = await views.enter(0)
    views.advance()
    using _other = await views.enter(0)
  })

  it('of a new one wait until all are over that began before, and for no others', async () => {
    const views = new Views()
    const earlier = [await views.enter(0), await views.enter(0)]
    const since = views.advance()
    using _later = await views.enter(0)
    const first = views.enter(since)
    const second = views.enter(since)
    expect(await isSettled(first)).toBe(false)
    earlier[0]?.[Symbol.dispose]()
    earlier[0]?.[Symbol.dispose]()
    expect(await isSettled(first)).toBe(false)
    earlier[1]?.[Symbol.dispose]()
    ;(await first)[Symbol.dispose]()
    ;(await second)[Symbol.dispose]()
    ;(await views.enter(since))[Symbol.dispose]()
  })

  it('that waited see what is there when they begin, so that others need not wait for them', async () => {
    const views = new Views()
    const running = await views.enter(0)
    const waiting = views.enter(views.advance())
    const latest = views.advance()
    running[Symbol.dispose]()
    using _waited = await waiting
    using _latest = await views.enter(latest)
  })

  it('are refused when they have waited too long', async () => {
    const views = new Views(20)
    const running = await views.enter(0)
    const since = views.advance()
    await expect(views.enter(since)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 10 })
    running[Symbol.dispose]()
    ;(await views.enter(since))[Symbol.dispose]()
  })

  it('stop waiting when they are aborted', async () => {
    const views = new Views()
    const running = await views.enter(0)
    const since = views.advance()
    const [client, reason] = [new AbortController(), new Error('left')]
    const waiting = views.enter(since, client.signal)
    client.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(views.enter(since, AbortSignal.abort(reason))).rejects.toBe(reason)
    running[Symbol.dispose]()
    ;(await views.enter(since))[Symbol.dispose]()
  })
})

it('a workspace is idle when its last turn is over, also one that was never let begin', async () => {
  const views = new Views()
  const other = await views.enter(0)
  const activity = new Activity(views, views.advance())
  await activity.idle()
  const client = new AbortController()
  const waiting = activity.enter(client.signal)
  const idle = activity.idle()
  expect(activity.state).toBe('starting')
  client.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  await idle
  other[Symbol.dispose]()
  const turns = [await activity.enter(), await activity.enter()]
  const later = activity.idle()
  expect(activity.state).toBe('running')
  turns[0]?.[Symbol.dispose]()
  turns[0]?.[Symbol.dispose]()
  expect(await isSettled(later)).toBe(false)
  turns[1]?.[Symbol.dispose]()
  await later
  expect(activity.state).toBe('stopped')
})

it('asks those that would stay to leave for a newcomer that must not be seen by them, and no others', async () => {
  const views = new Views(5_000)
  const asked: string[] = []
  const early = await views.enter(0, undefined, () => asked.push('early'))
  const since = views.advance()
  const late = await views.enter(0, undefined, () => asked.push('late'))
  const newcomer = views.enter(since)
  await Promise.resolve()
  expect(asked).toEqual(['early'])
  early[Symbol.dispose]()
  ;(await newcomer)[Symbol.dispose]()
  late[Symbol.dispose]()
})
