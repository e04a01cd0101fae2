import { describe, expect, it } from 'vitest'
import { Inbox } from '../../../src/engines/brokered/inbox.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { window } from '../../../src/wire/times.ts'

const started = (turn_id: string): TurnEvent => ({ type: 'turn.started', turn_id })
const completed: TurnEvent = { type: 'turn.completed' }
const frame = (n: number, ack = false) => ({ n, events: [started(String(n))], ack })

function inboxOf() {
  const consumed: number[] = []
  const inbox = new Inbox((n) => consumed.push(n))
  const reader = inbox.events()
  const next = async () => {
    const { value } = await reader.next()
    return value && 'turn_id' in value ? value.turn_id : value
  }
  return { inbox, consumed, next }
}

describe('the frames of a turn', () => {
  it('are events in their order, whatever order they come in', async () => {
    const { inbox, next } = inboxOf()
    expect([inbox.next, inbox.consumed]).toEqual([1, 0])
    expect([2, 4, 1].map((n) => inbox.receive(frame(n)))).toEqual([false, false, false])
    expect(inbox.next).toBe(3)
    expect(inbox.receive(frame(3))).toBe(true)
    expect(inbox.next).toBe(5)
    expect([await next(), await next(), await next(), await next()]).toEqual(['1', '2', '3', '4'])
  })

  it('count once, however often they come', async () => {
    const { inbox, next } = inboxOf()
    for (const n of [1, 1, 2, 1, 2]) expect(inbox.receive(frame(n))).toBe(true)
    inbox.end(completed)
    expect([await next(), await next(), await next()]).toEqual(['1', '2', completed])
  })

  it('are read as they come', async () => {
    const { inbox, next } = inboxOf()
    const first = next()
    inbox.receive(frame(1))
    expect(await first).toBe('1')
    const end = next()
    inbox.end(completed)
    expect(await end).toEqual(completed)
  })

  it('are confirmed when their events are consumed, where their sender wants to know, and again if they come again', async () => {
    const { inbox, consumed, next } = inboxOf()
    for (const n of [1, 2, 3]) inbox.receive(frame(n, n === 2))
    expect(await next()).toBe('1')
    expect([inbox.consumed, consumed]).toEqual([0, []])
    expect(await next()).toBe('2')
    expect([inbox.consumed, consumed]).toEqual([1, []])
    inbox.receive(frame(2, true))
    expect(consumed).toEqual([])
    expect(await next()).toBe('3')
    expect([inbox.consumed, consumed]).toEqual([2, [2]])
    inbox.receive(frame(2, true))
    inbox.receive(frame(1, true))
    inbox.receive(frame(1))
    expect(consumed).toEqual([2, 2, 2])
  })

  it('are not stored where they come much too early', () => {
    const { inbox } = inboxOf()
    const most = 2 * window.frames
    inbox.receive(frame(2 + most))
    for (let n = 1; n <= most; n++) expect(inbox.receive(frame(n))).toBe(true)
    expect(inbox.receive(frame(1 + 2 * most))).toBe(false)
    for (let n = 1 + most; n <= 2 * most; n++) inbox.receive(frame(n))
    expect(inbox.next).toBe(2 + 2 * most)
  })

  it('end once, and nothing that comes later is read', async () => {
    const { inbox, next } = inboxOf()
    inbox.receive(frame(1))
    inbox.end(completed)
    inbox.end({ type: 'turn.interrupted', reason: 'client' })
    expect(inbox.receive(frame(2))).toBe(true)
    expect([await next(), await next(), inbox.next]).toEqual(['1', completed, 2])
    const after = await Promise.race([next(), new Promise((resolve) => setImmediate(resolve, 'nothing'))])
    expect(after).toBe('nothing')
  })

  it('leave out events that are unknown', async () => {
    const { inbox, next } = inboxOf()
    inbox.receive({ n: 1, events: [{ type: 'of.tomorrow' }, completed] })
    expect(await next()).toEqual(completed)
  })
})

describe('a frame in pieces', () => {
  const json = JSON.stringify([started('a'), started('b')])
  const piece = (
    index: number,
    { n = 1, text = json.slice(index * 20, index === 2 ? undefined : index * 20 + 20) } = {}
  ) => ({
    do: 'piece' as const,
    turn: 't',
    run: 'r',
    n,
    index,
    count: 3,
    text,
    ack: true
  })

  it('is whole with its last piece', async () => {
    const { inbox, consumed, next } = inboxOf()
    for (const index of [0, 1, 2]) {
      expect(inbox.next).toBe(1)
      expect(inbox.receivePiece(piece(index))).toBe(true)
    }
    expect(inbox.next).toBe(2)
    expect([await next(), await next()]).toEqual(['a', 'b'])
    inbox.receive(frame(2))
    await next()
    expect(consumed).toEqual([1])
  })

  it('is asked for again where a piece is missing, of another frame or too many, and then begins anew', () => {
    const { inbox } = inboxOf()
    expect(inbox.receivePiece(piece(1))).toBe(false)
    expect([0, 2, 1, 1].map((index) => inbox.receivePiece(piece(index)))).toEqual([true, false, true, false])
    expect(inbox.receivePiece(piece(2, { n: 2 }))).toBe(false)
    expect([0, 1, 2].map((index) => inbox.receivePiece(piece(index)))).toEqual([true, true, true])
    expect(inbox.receivePiece(piece(2))).toBe(false)
    expect(inbox.next).toBe(2)
  })

  it.each(['{', '{}', '7'])('that is no list of events has none: %s', async (text) => {
    const { inbox, next } = inboxOf()
    for (const index of [0, 1, 2]) inbox.receivePiece(piece(index, { text: index === 0 ? text : '' }))
    inbox.end(completed)
    expect([inbox.next, await next()]).toEqual([2, completed])
  })
})
