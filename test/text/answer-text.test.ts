import { describe, expect, it } from 'vitest'
import { answerText } from '../../src/text/answer-text.ts'
import { inPieces } from './pieces.ts'

describe('the text of an answer', () => {
  it('is neither changed nor buffered without a filter', () => {
    const text = answerText({})
    expect(text.push('a <think> b')).toBe('a <think> b')
    expect(text.end()).toBe('')
    expect(text.stopped).toBe(false)
  })

  it('is stopped by a tag that is then not there to be removed', () => {
    const text = answerText({ stop: ['</answer>'], stripAnswerTags: true })
    expect(inPieces(text, ['<think>x</think><answer>go</ans', 'wer> and on'])).toBe('xgo')
    expect(text.stopped).toBe(true)
  })

  it('is unwrapped before it is stopped', () => {
    expect(inPieces(answerText({ stop: ['}'], unwrapJson: true }), ['{"json":', '"{\\"a\\":1}"}'])).toBe('{"a":1')
  })
})
