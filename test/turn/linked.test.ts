import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { Linked } from '../../src/turn/linked.ts'

it('a linked controller aborts with its signal, for the same reason, until it is disposed', () => {
  const source = new AbortController()
  const linked = new Linked(source.signal)
  const disposed = new Linked(source.signal)
  disposed[Symbol.dispose]()
  expect(getEventListeners(source.signal, 'abort')).toHaveLength(1)
  source.abort('shutdown')
  expect([linked.controller.signal.reason, disposed.controller.signal.aborted]).toEqual(['shutdown', false])
  expect(new Linked(source.signal).controller.signal.reason).toBe('shutdown')
})
