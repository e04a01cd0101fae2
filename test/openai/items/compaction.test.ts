import { describe, expect, it } from 'vitest'
import { compactedHistory, compactedIn, compactionContent } from '../../../src/openai/items/compaction.ts'

const content = { summary: 'We counted 😀 to seven.', instructions: ['Be brief.'] }
const forged = (value: unknown) => `cgw1_${Buffer.from(JSON.stringify(value)).toString('base64url')}`

describe('the content of a compaction item', () => {
  it('is read as it was written', () => {
    expect(compactedIn(compactionContent(content))).toEqual(content)
  })

  it.each<[string, unknown]>([
    ['another service’s', 'gAAAAABo'],
    ['no text', 7],
    ['missing', undefined],
    ['cut off', compactionContent(content).slice(0, -9)],
    ['another shape', forged({ summary: 'x' })],
    ['half a character', `cgw1_${Buffer.from('{"summary":"\\ud800","instructions":[]}').toString('base64url')}`],
    ['nested without end', `cgw1_${Buffer.from('['.repeat(100_000)).toString('base64url')}`]
  ])('is nothing where it is %s', (_title, encrypted) => {
    expect(compactedIn(encrypted)).toBeUndefined()
  })

  it('speaks as the developer only where he did, and never as the user', () => {
    expect(compactedHistory(content)).toEqual([
      { type: 'message', role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: expect.stringContaining('to seven.') as string }]
      }
    ])
  })
})
