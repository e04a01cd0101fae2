import { expect, it } from 'vitest'
import { ActiveTurns } from '../../src/threads/active.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { ThreadTurnOrder } from '../../src/threads/run.ts'
import { ThreadTurns } from '../../src/threads/thread-turns.ts'
import type { ThreadTurnsOptions } from '../../src/threads/thread-turns.ts'

it('a turn that cannot be observed does not begin, and does not keep its thread', () => {
  const active = new ActiveTurns()
  const observe = () => {
    throw new Error('no journal')
  }
  const turns = new ThreadTurns({ active, observe, chain: (engine: Engine) => engine } as unknown as ThreadTurnsOptions)
  const thread = { id: 't', owner: 'ana', workspace: 'default' }
  const order = { thread, settings: {} } as ThreadTurnOrder
  const begin = () => turns.run(order, turns.requestOf(order, []), new AbortController().signal)
  expect(begin).toThrow('no journal')
  expect(active.isBusy('t')).toBe(false)
  expect(begin).toThrow('no journal')
})
