import { describe, expect, it } from 'vitest'
import { Lifetimes } from '../../src/turn/lifetimes.ts'

describe('what is at work', () => {
  it('is not interrupted before the gateway stops', () => {
    const lifetimes = new Lifetimes()
    const { controller } = lifetimes.begin()
    expect([lifetimes.draining, lifetimes.size, controller.signal.aborted]).toEqual([false, 1, false])
  })

  it('may finish when the gateway stops, unless it still waits for a slot', async () => {
    const lifetimes = new Lifetimes()
    const [running, waiting] = [lifetimes.begin(() => true), lifetimes.begin(() => false)]
    const drained = lifetimes.drain()
    expect(lifetimes.draining).toBe(true)
    expect(running.controller.signal.aborted).toBe(false)
    expect(waiting.controller.signal.reason).toBe('shutdown')
    waiting.done()
    let isDrained = false
    void drained.then(() => (isDrained = true))
    await new Promise(setImmediate)
    expect(isDrained).toBe(false)
    running.done()
    await drained
  })

  it('may finish unless it says that it waits', async () => {
    const lifetimes = new Lifetimes()
    const { controller, done } = lifetimes.begin()
    const drained = lifetimes.drain()
    expect(controller.signal.aborted).toBe(false)
    done()
    await drained
  })

  it('ends as it begins once the gateway stops', async () => {
    const lifetimes = new Lifetimes()
    await lifetimes.drain() // nothing is at work, so it resolves at once
    expect(lifetimes.begin().controller.signal.reason).toBe('shutdown')
  })

  it('is all interrupted at the end', () => {
    const lifetimes = new Lifetimes()
    const { controller } = lifetimes.begin(() => true)
    lifetimes.end()
    expect([lifetimes.draining, controller.signal.reason]).toEqual([true, 'shutdown'])
  })

  it('has what is to be done at the end done once, in order', () => {
    const lifetimes = new Lifetimes()
    const done: number[] = []
    for (const number of [1, 2, 3]) lifetimes.atEnd(() => done.push(number))
    lifetimes.finish()
    lifetimes.finish()
    expect(done).toEqual([1, 2, 3])
  })
})
