import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryItem, UserInput } from '../../../src/turn/request.ts'
import { says } from '../../support/upstream/answer.ts'
import { dripped } from '../../support/upstream/script.ts'
import { sharedAppServer } from './rig.ts'

/** What the conversations of the property are asked: whose, and which turn. */
const question = /^[0-9a-f-]{36}\/\d-\d+$/

const text = (words: string): UserInput[] => [{ type: 'text', text: words }]
const historyItem = (role: 'user' | 'assistant', words: string): HistoryItem => ({
  type: 'message',
  role,
  content: text(words)
})

describe('conversations', () => {
  const rig = sharedAppServer({
    engine: { warmThreads: 4 },
    answer: (request) => dripped(2_000, says(...`${request.userTexts.at(-1)} `.repeat(4).split(/(?<= )/)))
  })

  it('eight at once, with turns broken off anywhere, never mix', async () => {
    const turn = fc.record({ conversation: fc.nat(7), abortAfter: fc.option(fc.nat(12), { freq: 3, nil: undefined }) })
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.array(turn, { minLength: 16, maxLength: 40 }), async (run, turns) => {
        const conversations = Array.from({ length: 8 }, (_, index) =>
          converse(
            `${run}/${index}`,
            turns.filter(({ conversation }) => conversation === index).map(({ abortAfter }) => abortAfter)
          )
        )
        await Promise.all(conversations)
      }),
      { numRuns: 6 }
    )
    const sent = rig().upstream.requests.filter(({ userTexts }) => question.test(userTexts.at(-1) ?? ''))
    expect(new Set(sent.map(({ body }) => body.prompt_cache_key)).size).toBeLessThan(sent.length)
  }, 60_000)

  /** One conversation by itself, which begins like all others. Each turn may be broken off after some of its events, and its answer is then forgotten. */
  async function converse(name: string, aborts: (number | undefined)[]): Promise<void> {
    let history: HistoryItem[] = []
    for (const [index, abortAfter] of aborts.entries()) {
      const words = index === 0 ? 'Hello.' : `${name}-${index}`
      const abort = new AbortController()
      let count = 0
      let answer = ''
      for await (const event of rig().engine.run({ input: text(words), history, owner: 'ada' }, abort.signal)) {
        if (event.type === 'item.delta') answer += event.delta
        if (count++ === abortAfter) abort.abort('client')
        if (event.type !== 'turn.completed') continue
        expect(answer).toBe(`${words} `.repeat(4))
        history = [...history, historyItem('user', words), historyItem('assistant', answer)]
      }
      expect(`${words} `.repeat(4).startsWith(answer)).toBe(true)
    }
    for (const { userTexts } of rig().upstream.requests) {
      const questions = userTexts.filter((words) => question.test(words))
      if (questions.at(-1)?.startsWith(`${name}-`))
        expect(questions.filter((words) => !words.startsWith(`${name}-`))).toEqual([])
    }
  }
})
