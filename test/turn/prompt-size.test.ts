import { describe, expect, it } from 'vitest'
import { checkPromptSize } from '../../src/turn/prompt-size.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { png } from '../support/images.ts'

/** 10 characters in all its texts; the image has none. */
const request: TurnRequest = {
  history: [
    { type: 'message', role: 'system', content: [{ type: 'text', text: '😀' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'text', text: 'é' },
        { type: 'image', url: png }
      ],
      name: 'b'
    },
    { type: 'tool_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'tool_result', call_id: 'c', output: [{ type: 'text', text: 'ok' }] }
  ],
  input: [{ type: 'text', text: '😀😀' }]
}

describe('the size of a prompt', () => {
  it('counts characters of all texts, not UTF-16 units', () => {
    expect(() => checkPromptSize(request, 10, 'messages')).not.toThrow()
  })

  it('may be just the limit, however many units its characters have', () => {
    for (const text of ['x'.repeat(9), '😀'.repeat(9), `${'😀'.repeat(8)}x`]) {
      const turn: TurnRequest = { input: [{ type: 'text', text }] }
      expect(() => checkPromptSize(turn, 9, 'input')).not.toThrow()
    }
    const more: TurnRequest = { instructions: '😀', input: [{ type: 'text', text: 'x'.repeat(9) }] }
    expect(() => checkPromptSize(more, 9, 'input')).toThrow('resulted in 10 characters')
  })

  it('beyond the limit is refused in the words that clients look for', () => {
    expect(() => checkPromptSize(request, 9, 'messages')).toThrow(
      expect.objectContaining({
        code: 'context_length_exceeded',
        param: 'messages',
        message: expect.stringMatching(
          /^This model's maximum context length is 9 characters\. However, .* 10 characters/
        ) as string
      })
    )
  })
})
