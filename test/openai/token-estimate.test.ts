import { describe, expect, it } from 'vitest'
import { estimatedTokens } from '../../src/openai/token-estimate.ts'
import { pngOf } from './image-headers.ts'

const of = (text: string) => estimatedTokens({ input: [{ type: 'text', text }] })

describe('an estimate of tokens', () => {
  it.each([
    ['The quick brown fox jumps over the lazy dog, and nobody in the village minds it at all. ', 20],
    ['export const sum = (numbers: readonly number[]) => numbers.reduce((total, next) => total + next, 0)\n', 26],
    ['{"city":"Paris","temperature":21.5,"wind":{"speed":12,"direction":"NW"},"alerts":[]}', 25],
    ['人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的机器。', 25],
    ['Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. ', 25]
  ])('is near to what the tokenizer o200k_base counts: %s', (text, tokens) => {
    const ratio = of(text.repeat(20)) / (tokens * 20)
    expect(ratio).toBeGreaterThan(0.75)
    expect(ratio).toBeLessThan(1.75)
  })

  it('counts an input only where there is one', () => {
    expect(estimatedTokens({ input: [] })).toBe(0)
    expect(of('')).toBe(4)
  })

  it('counts four for each message and for the instructions', () => {
    const message = { type: 'message' as const, role: 'user' as const, content: [] }
    expect(estimatedTokens({ input: [], history: [message, message] })).toBe(8)
    expect(estimatedTokens({ input: [], history: [message], instructions: 'x' })).toBe(9)
  })

  it.each([
    [512, 512, 1],
    [10, 2_000, 4],
    [1_024, 1_024, 4],
    [4_096, 8_192, 6],
    [1, 1, 1]
  ])('of an image is OpenAI’s own: %s × %s are %s tiles', (width, height, tiles) => {
    const url = `data:image/png;base64,${pngOf(width, height).toString('base64')}`
    expect(estimatedTokens({ input: [{ type: 'image', url }] }) - of('')).toBe(70 + 140 * tiles)
  })

  it('grows with all that a request has: history, instructions, tools and a schema', () => {
    const text = 'x'.repeat(400)
    const message = { type: 'message' as const, role: 'user' as const, content: [{ type: 'text' as const, text }] }
    const input = message.content
    const alone = of(text)
    for (const more of [
      { history: [message] },
      { history: [{ type: 'tool_call' as const, call_id: 'c', name: 'f', arguments: text }] },
      { history: [{ type: 'tool_result' as const, call_id: 'c', output: input }] },
      { instructions: text },
      { tools: [{ name: 'f', description: text }] },
      { outputSchema: { description: text } }
    ]) {
      const added = estimatedTokens({ input, ...more }) - alone
      expect(added).toBeGreaterThanOrEqual(100)
      expect(added).toBeLessThan(115)
    }
  })
})
