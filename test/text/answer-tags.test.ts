import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerTagRemover } from '../../src/text/answer-tags.ts'
import { cut, inPieces, textOf } from './pieces.ts'

const removed = (pieces: string[]) => inPieces(answerTagRemover(), pieces)
const fragments = [
  '<',
  '</',
  'th',
  'ink>',
  '<think>',
  '</think>',
  '<answer>',
  '</answer>',
  'ans',
  'wer>',
  '>',
  '/',
  'a',
  '\n',
  'é',
  '😀',
  '<Think>',
  '<think >'
]

describe('removing answer tags', () => {
  it.each([
    ['<think>why</think>\n<answer>do(action="Tap")</answer>', 'why\ndo(action="Tap")'],
    ['no tags', 'no tags'],
    ['', ''],
    ['<think', '<think'],
    ['a < b && c </ d', 'a < b && c </ d'],
    ['<Think></ANSWER><think ><thinking>', '<Think></ANSWER><think ><thinking>'],
    ['<<think>think>', '<think>'],
    ['<think></think>', '']
  ])('of %j leaves %j', (text, left) => {
    expect(removed([text])).toBe(left)
    expect(removed([...text])).toBe(left)
  })

  it('gives the same however the text is cut, and all of it but the tags', () => {
    fc.assert(
      fc.property(textOf(fragments), fc.infiniteStream(fc.nat(7)), (text, sizes) => {
        expect(removed(cut(text, sizes))).toBe(text.replace(/<think>|<\/think>|<answer>|<\/answer>/g, ''))
      }),
      { numRuns: 2_000 }
    )
  })

  it('buffers only what may become a tag', () => {
    fc.assert(
      fc.property(textOf(fragments), (text) => {
        const emitted = answerTagRemover().push(text)
        const buffered = text.replace(/<think>|<\/think>|<answer>|<\/answer>/g, '').slice(emitted.length)
        expect(
          ['<think>', '</think>', '<answer>', '</answer>'].some((tag) => tag !== buffered && tag.startsWith(buffered))
        ).toBe(true)
      })
    )
  })
})
