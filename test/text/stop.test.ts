import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stopFilter } from '../../src/text/stop.ts'
import { cut, inPieces, textOf } from './pieces.ts'

/** What a model would say that is asked to stop after every single character. */
function asOneCharacterAtATime(text: string, stops: readonly string[]): string {
  for (let end = 1; end <= text.length; end++) {
    const complete = stops.filter((stop) => stop !== '' && text.slice(0, end).endsWith(stop))
    if (complete.length > 0) return text.slice(0, end - Math.max(...complete.map((stop) => stop.length)))
  }
  return text
}

describe('stopping', () => {
  it.each([
    ['one END two', ['END'], 'one '],
    ['one END two', ['END', 'one'], ''],
    ['abc', ['abc', 'b'], 'a'],
    ['xab', ['b', 'ab'], 'x'],
    ['never', ['END'], 'never'],
    ['ends with EN', ['END'], 'ends with EN'],
    ['text', [''], 'text']
  ])('%j at %j leaves %j', (text, stops, left) => {
    expect(inPieces(stopFilter(stops), [text])).toBe(left)
    expect(inPieces(stopFilter(stops), [...text])).toBe(left)
  })

  it('gives the same however the text is cut', () => {
    const fragments = ['a', 'b', 'ab', 'aab', '\n', 'Observation:']
    const stops = fc.array(textOf(['a', 'b', 'ab', '\nObs']), { maxLength: 4 })
    fc.assert(
      fc.property(textOf(fragments), stops, fc.infiniteStream(fc.nat(5)), (text, sequences, sizes) => {
        expect(inPieces(stopFilter(sequences), cut(text, sizes))).toBe(asOneCharacterAtATime(text, sequences))
      }),
      { numRuns: 2_000 }
    )
  })

  it('reports when it has stopped', () => {
    const filter = stopFilter(['END'])
    filter.push('a E')
    expect(filter.stopped).toBe(false)
    filter.push('ND')
    expect(filter.stopped).toBe(true)
    expect(filter.push('more') + filter.end()).toBe('')
  })
})
