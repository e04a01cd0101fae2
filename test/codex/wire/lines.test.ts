import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linesFrom } from '../../../src/codex/wire/lines.ts'

async function* chunksOf(bytes: Buffer, sizes: number[]) {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const read = async (chunks: AsyncIterable<Uint8Array>, limit = 1_000_000) => {
  const lines: string[] = []
  for await (const line of linesFrom(chunks, limit)) lines.push(line)
  return lines
}

describe('the line splitter', () => {
  it('gives the same lines however the bytes are cut, inside characters too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '))),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
          expect(await read(chunksOf(bytes, sizes))).toEqual(lines)
        }
      )
    )
  })

  it('tells a last line that has no end', async () => {
    expect(await read(chunksOf(Buffer.from('a\nb'), [2]))).toEqual(['a', 'b'])
  })

  it('refuses a line over its limit before holding more than that', async () => {
    let given = 0
    async function* endless() {
      for (;;) {
        given += 1_000
        yield Buffer.alloc(1_000, 'x')
      }
    }
    await expect(read(endless(), 10_000)).rejects.toMatchObject({ code: 'upstream_error' })
    expect(given).toBeLessThan(12_000)
  })
})
