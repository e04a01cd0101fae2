import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineCutter } from '../../../src/codex/wire/line-cutter.ts'

function cut(chunks: Buffer[], limit = 1_000): { lines: string[]; tooLong: [string, string][] } {
  const lines: string[] = []
  const tooLong: [string, string][] = []
  const cutter = new LineCutter(limit, {
    line: (text) => lines.push(text),
    tooLong: (head, tail) => tooLong.push([head, tail])
  })
  for (const chunk of chunks) cutter.push(chunk)
  return { lines, tooLong }
}

/** The bytes in pieces that end anywhere, also within a character. */
function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const ends = [...new Set(cuts.map((at) => at % (bytes.length + 1)))].sort((one, other) => one - other)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

describe('lines cut from chunks', () => {
  it('are the same wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.replaceAll('\n', ' '))),
        fc.array(fc.nat()),
        (texts, cuts) => {
          expect(cut(pieces(Buffer.from(texts.map((text) => `${text}\n`).join('')), cuts)).lines).toEqual(texts)
        }
      ),
      { numRuns: 300 }
    )
  })

  it('leave out blank ones, and one that has not ended', () => {
    expect(cut([Buffer.from('a\n\n\nb')]).lines).toEqual(['a'])
  })

  it('tell of one that is too long by its beginning and its end, and go on', () => {
    const long = Buffer.from(`HEAD${'x'.repeat(1_000_000)}TAIL\nnext\n`)
    for (const size of [7, 65_536, 2_000_000]) {
      const chunks = Array.from({ length: Math.ceil(long.length / size) }, (_, index) =>
        long.subarray(index * size, (index + 1) * size)
      )
      const { lines, tooLong } = cut(chunks)
      expect(lines).toEqual(['next'])
      expect(tooLong).toHaveLength(1)
      expect(tooLong[0]?.[0]).toMatch(/^HEADx+$/)
      expect(tooLong[0]?.[1]).toMatch(/^x+TAIL$/)
      expect(tooLong[0]?.map((text) => text.length <= 8_192)).toEqual([true, true])
    }
  })

  it('let one pass that is just as long as it may be', () => {
    expect(cut([Buffer.from('x'.repeat(600)), Buffer.from(`${'x'.repeat(400)}\n`)]).lines[0]).toHaveLength(1_000)
    expect(cut([Buffer.from('x'.repeat(600)), Buffer.from(`${'x'.repeat(401)}\n`)]).tooLong).toHaveLength(1)
  })
})
