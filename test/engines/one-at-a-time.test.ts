import { describe, expect, it } from 'vitest'
import { OneAtATime } from '../../src/engines/one-at-a-time.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { usage } from '../support/scripted-engine.ts'

const started: TurnEvent = { type: 'thread.started', thread_id: 't' }
const completed: TurnEvent = { type: 'turn.completed', usage }
const resumed: TurnRequest = { input: [], thread: { kind: 'resume', id: 't' } }
const fresh: TurnRequest = { input: [], thread: { kind: 'new', persistent: true } }

/** A turn that is cleared, after its end, only once `clear` is called. */
function held(events: TurnEvent[] = [started, completed]) {
  let clear = () => {}
  const cleared = new Promise<void>((resolve) => (clear = resolve))
  return {
    clear,
    async *[Symbol.asyncIterator]() {
      try {
        yield* events
      } finally {
        await cleared
      }
    }
  }
}

const iterate = (events: AsyncIterable<TurnEvent>) => events[Symbol.asyncIterator]()
const soon = (next: Promise<unknown>) => Promise.race([next, new Promise((resolve) => setImmediate(resolve, 'waits'))])
const busy = { code: 'thread_busy' }

describe('turns on one thread', () => {
  it.each([
    ['resumed', resumed],
    ['new', fresh]
  ])('are refused while another one runs, on a %s thread', async (_name, request) => {
    const turns = new OneAtATime()
    const running = iterate(turns.run(request, held()))
    await running.next()
    await expect(iterate(turns.run(resumed, held())).next()).rejects.toMatchObject(busy)
    const elsewhere = iterate(turns.run({ ...resumed, workspace: 'other' }, held()))
    expect(await elsewhere.next()).toMatchObject({ value: started })
  })

  it('wait for one that has ended and is being cleared', async () => {
    const turns = new OneAtATime()
    const first = held()
    const running = iterate(turns.run(resumed, first))
    for (const event of [started, completed]) expect(await running.next()).toMatchObject({ value: event })
    const ending = running.next()
    const next = iterate(turns.run(resumed, held())).next()
    expect(await soon(next)).toBe('waits')
    first.clear()
    expect([await ending, await next]).toMatchObject([{ done: true }, { value: started }])
    await expect(iterate(turns.run(resumed, held())).next()).rejects.toMatchObject(busy)
  })

  it('wait for one that others know to have ended', async () => {
    const turns = new OneAtATime()
    let isOver = false
    const first = held()
    const running = iterate(turns.run(resumed, first, () => isOver))
    await running.next()
    isOver = true
    const next = iterate(turns.run(resumed, held())).next()
    expect(await soon(next)).toBe('waits')
    first.clear()
    await running.return?.()
    expect(await next).toMatchObject({ value: started })
  })

  it('that are not stored just run', () => {
    const events = held()
    expect(new OneAtATime().run({ input: [] }, events)).toBe(events)
  })
})
