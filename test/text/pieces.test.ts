import { describe, expect, it } from 'vitest'
import { pieces } from '../../src/text/pieces.ts'

describe('cutting long text', () => {
  it('loses nothing and never parts a surrogate pair', () => {
    const text = 'a😀'.repeat(1_000)
    for (const length of [1, 2, 3, 7, 100, 3_000]) {
      const cut = pieces(text, length)
      expect(cut.join('')).toBe(text)
      expect(cut.filter((piece) => /\p{Surrogate}/u.test(piece) || piece.length > Math.max(length, 2))).toEqual([])
    }
  })

  it('leaves short text alone', () => expect(pieces('abc')).toEqual(['abc']))

  it('keeps the worst line under 32 KiB', () => {
    const longest = Math.max(...pieces('\0'.repeat(20_000)).map((piece) => JSON.stringify(piece).length))
    expect(longest).toBeLessThan(32_768 - 1_024)
  })
})
