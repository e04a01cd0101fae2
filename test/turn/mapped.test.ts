import { expect, it } from 'vitest'
import { mapped } from '../../src/turn/mapped.ts'

/** Numbers, and whether it was left before they were out. */
function numbers(count: number) {
  const state = { given: 0, isLeft: false }
  async function* all(): AsyncGenerator<number, void, void> {
    try {
      while (state.given < count) yield ++state.given
    } finally {
      state.isLeft = true
    }
  }
  return { state, all: all() }
}

const repeated = (count: number) => Array.from({ length: count }, () => count)

it('each event comes as often as its step says, in order', async () => {
  const all: number[] = []
  for await (const event of mapped(numbers(4).all, (count) => repeated(count === 3 ? 0 : count))) all.push(event)
  expect(all).toEqual([1, 2, 2, 4, 4, 4, 4])
})

it('the source is asked for an event only when one is wanted', async () => {
  const { state, all } = numbers(4)
  const events = mapped(all, repeated)
  expect(state.given).toBe(0)
  await events.next()
  await events.next()
  await events.next()
  expect(state.given).toBe(2)
})

it('a consumer that leaves early ends the source, and what was ready does not come any more', async () => {
  const { state, all } = numbers(4)
  const events = mapped(all, repeated)
  await events.next()
  await events.next()
  await events.return?.()
  expect(state).toEqual({ given: 2, isLeft: true })
  expect(await events.next()).toEqual({ value: undefined, done: true })
})

it('a failure of the source is passed on', async () => {
  async function* failing() {
    yield 1
    throw new Error('torn')
  }
  const events = mapped(failing(), repeated)
  expect(await events.next()).toEqual({ value: 1, done: false })
  await expect(events.next()).rejects.toThrow('torn')
})
