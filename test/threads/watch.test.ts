import { describe, expect, it } from 'vitest'
import { TurnWatch } from '../../src/threads/watch.ts'

const item = (id: string, text = '') => ({ type: 'agentMessage', id, text })

function startWatch(frames = true) {
  const failures: unknown[] = []
  const watch = new TurnWatch({
    frames,
    wake: () => {},
    fail: (error) => failures.push(error),
    retryAfter: () => undefined
  })
  const methods = () => watch.take().map((frame) => (JSON.parse(frame) as { method: string }).method)
  return { watch, failures, methods }
}

describe('what is watched of a turn', () => {
  it('is its own alone, what came before its id was known included', () => {
    const { watch, methods } = startWatch()
    watch.note('item/started', { turnId: 'mine', item: item('a') }, undefined)
    watch.note('item/started', { turnId: 'other', item: item('b') }, undefined)
    expect(methods()).toEqual([])
    watch.note('item/completed', { turnId: 'mine', item: item('a', 'A') }, 'mine')
    watch.note('item/completed', { turnId: 'other', item: item('b', 'B') }, 'mine')
    watch.note('item/completed', { item: item('c', 'C') }, 'mine')
    watch.note('thread/status/changed', { turnId: 'mine' }, 'mine')
    watch.note('rawResponseItem/completed', { turnId: 'mine' }, 'mine')
    watch.note('turn/completed', { turn: { id: 'other' } }, 'mine')
    expect(methods()).toEqual(['item/started', 'item/completed'])
    expect(watch.end).toBeUndefined()
    expect(watch.current).toMatchObject({ id: 'mine', status: 'inProgress', items: [{ text: 'A' }] })
    watch.note('turn/completed', { turn: { id: 'mine', status: 'completed', items: [] } as { id: string } }, 'mine')
    expect(watch.end).toMatchObject({ id: 'mine', status: 'completed', items: [{ text: 'A' }], error: null })
  })

  it('has no word of the provider’s in its errors', () => {
    const { watch } = startWatch()
    const error = {
      message: 'stream error at https://user:canary@host/',
      codexErrorInfo: { httpConnectionFailed: { httpStatusCode: 503 } },
      additionalDetails: 'canary'
    }
    watch.note('error', { turnId: 'mine', error }, 'mine')
    watch.note('turn/completed', { turn: { id: 'mine', status: 'failed', error } as { id: string } }, 'mine')
    const shown = JSON.stringify([watch.take(), watch.end])
    expect(shown).not.toContain('canary')
    expect(watch.end?.error).toMatchObject({ code: 'overloaded', codexErrorInfo: error.codexErrorInfo })
  })

  it('is bounded: the oldest items go, and a reader that takes nothing ends the turn', () => {
    const { watch, failures } = startWatch()
    const big = 'x'.repeat(3_000_000)
    for (const id of ['a', 'b', 'c', 'd']) watch.note('item/completed', { turnId: 'mine', item: item(id, big) }, 'mine')
    expect(watch.current.items.map(({ id }) => id)).toEqual(['c', 'd'])
    expect(watch.current.itemsView).toBe('summary')
    expect(failures).toMatchObject([{ code: 'overloaded' }, { code: 'overloaded' }])
    const quiet = startWatch(false)
    quiet.watch.note('item/agentMessage/delta', { turnId: 'mine' }, 'mine')
    expect(quiet.methods()).toEqual([])
  })
})
