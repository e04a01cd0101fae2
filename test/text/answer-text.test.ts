import { describe, expect, it } from 'vitest'
import { answerText } from '../../src/text/answer-text.ts'
import { inPieces } from './pieces.ts'

describe('the text on its way to the client', () => {
  it('is not touched, nor held back, when nothing is wished', () => {
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
