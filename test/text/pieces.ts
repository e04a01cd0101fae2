import fc from 'fast-check'
import type { TextFilter } from '../../src/text/text-filter.ts'

/** What a filter makes of a text that comes in these pieces. */
export function inPieces(filter: TextFilter, pieces: readonly string[]): string {
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end()
}

/** Texts put together of these fragments, so that what matters is met often. */
export function textOf(fragments: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...fragments), { maxLength: 12 }).map((parts) => parts.join(''))
}

/** The text in pieces of these sizes, empty ones too. */
export function cut(text: string, sizes: Iterator<number>): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const size = Number(sizes.next().value)
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}
