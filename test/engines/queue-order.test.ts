import { describe, expect, it } from 'vitest'
import { TurnQueue } from '../../src/engines/queue.ts'

const never = new AbortController().signal

describe('the queue of turns', () => {
  it('serves the client with the fewest running turns first', async () => {
    const queue = new TurnQueue({ concurrency: 2, queue: 9, patience: 1_000 })
    const running = [await queue.enter('greedy', never), await queue.enter('greedy', never)]
    const order: string[] = []
    const enter = (client: string) =>
      queue.enter(client, never).then((release) => {
        order.push(client)
        return release
      })
    const waiting = [enter('greedy'), enter('greedy'), enter('modest')]
    running[0]!()
    ;(await waiting[2]!)()
    expect(order[0]).toBe('modest')
    running[1]!()
    for (const turn of waiting.slice(0, 2)) (await turn)()
  })

  it('serves among clients with equally many running turns the one that got a slot longest ago', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 9, patience: 1_000 })
    ;(await queue.enter('first', never))()
    ;(await queue.enter('second', never))()
    expect(await orderOf(queue, [await queue.enter('other', never)], ['second', 'first', 'new'])).toEqual([
      'new',
      'first',
      'second'
    ])
  })

  it('serves a client with fewer running turns first, even if it got a slot only lately', async () => {
    const queue = new TurnQueue({ concurrency: 4, queue: 9, patience: 1_000 })
    for (const client of ['greedy', 'greedy', 'modest']) await queue.enter(client, never)
    const other = await queue.enter('other', never)
    expect(await orderOf(queue, [other], ['greedy', 'greedy', 'modest'])).toEqual(['modest', 'greedy', 'greedy'])
  })

  it('serves those of one client, and clients that never had a slot, in the order in which they came', async () => {
    const queue = new TurnQueue({ concurrency: 1, queue: 9, patience: 1_000 })
    const order: string[] = []
    const enter = (client: string, name: string) =>
      queue.enter(client, never).then((release) => (order.push(name), release()))
    const release = await queue.enter('other', never)
    const waiting = [enter('a', 'a1'), enter('a', 'a2'), enter('b', 'b1')]
    release()
    await Promise.all(waiting)
    expect(order).toEqual(['a1', 'b1', 'a2'])
  })

  it('knows what still runs of a client of which one turn has ended', async () => {
    const queue = new TurnQueue({ concurrency: 3, queue: 9, patience: 1_000 })
    const early = await queue.enter('early', never)
    await queue.enter('early', never)
    early()
    ;(await queue.enter('late', never))()
    const others = [await queue.enter('other', never), await queue.enter('other', never)]
    expect(await orderOf(queue, others.slice(0, 1), ['early', 'late'])).toEqual(['late', 'early'])
  })
})

/** Lets these clients wait, frees the running slots, and each slot again as soon as it is given; the order in which they were. */
async function orderOf(queue: TurnQueue, running: (() => void)[], clients: string[]): Promise<string[]> {
  const order: string[] = []
  const waiting = clients.map(async (client) => {
    const release = await queue.enter(client, new AbortController().signal)
    order.push(client)
    release()
  })
  for (const release of running) release()
  await Promise.all(waiting)
  return order
}
