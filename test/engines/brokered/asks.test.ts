import { describe, expect, it } from 'vitest'
import { Asks } from '../../../src/engines/brokered/asks.ts'
import { clock } from './beats.ts'

const piece = (id: string, index: number, count: number, text = String(index)) =>
  ({ do: 'ask', id, index, count, text }) as const

describe('a request that comes in pieces', () => {
  it('is complete with its last piece, and may be sent again', () => {
    const asks = new Asks()
    expect(asks.take(piece('one', 0, 1))).toBe('0')
    const pieces = [0, 1, 2].map((index) => piece('a', index, 3))
    for (let time = 0; time < 2; time++)
      expect(pieces.map((one) => asks.take(one))).toEqual([undefined, undefined, '012'])
  })

  it('is refused where a piece is missing, comes twice, or there are too many', () => {
    const asks = new Asks()
    expect(() => asks.take(piece('a', 1, 3))).toThrow('missing')
    asks.take(piece('a', 0, 3))
    expect(() => asks.take(piece('a', 2, 3))).toThrow('missing')
    asks.take(piece('a', 1, 3))
    expect(() => asks.take(piece('a', 1, 3))).toThrow('missing')
    expect(asks.take(piece('b', 0, 1_024))).toBeUndefined()
    expect(() => asks.take(piece('c', 0, 1_025))).toThrow('missing')
  })

  it('is forgotten when no piece has come for half a minute; there are 64 at once', () => {
    const { pass } = clock()
    const asks = new Asks()
    asks.take(piece('old', 0, 3))
    for (let other = 1; other < 64; other++) asks.take(piece(`other-${other}`, 0, 2))
    expect(() => asks.take(piece('late', 0, 2))).toThrow('missing')
    pass(30_000)
    asks.take(piece('old', 1, 3))
    pass(1)
    expect(asks.take(piece('late', 0, 2))).toBeUndefined()
    expect(() => asks.take(piece('other-1', 1, 2))).toThrow('missing')
    expect(asks.take(piece('old', 2, 3))).toBe('012')
  })
})
