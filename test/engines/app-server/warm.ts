import type { HistoryItem, TurnRequest, UserInput } from '../../../src/turn/request.ts'
import { says } from '../../support/upstream/answer.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { sharedAppServer } from './rig.ts'

export const text = (words: string): UserInput[] => [{ type: 'text', text: words }]
export const user = (words: string): HistoryItem => ({ type: 'message', role: 'user', content: text(words) })
export const assistant = (...words: string[]): HistoryItem => ({
  type: 'message',
  role: 'assistant',
  content: words.flatMap(text)
})
export const usual = {
  input_tokens: 100,
  cached_input_tokens: 40,
  cache_write_input_tokens: 0,
  output_tokens: 20,
  reasoning_output_tokens: 5
}

/** Answers with what was asked. */
const numbered = (request: UpstreamRequest) => says('Answer to ', request.userTexts.at(-1) ?? '')

/** One warm engine for all tests of a file, and what its tests say about the thread of a turn. */
export function warmRig() {
  const rig = sharedAppServer({
    engine: { warmThreads: 32, profiles: { agent: {}, bare: { include_environment_context: false } } },
    tools: true,
    answer: numbered
  })
  const last = () => rig().upstream.requests.at(-1)!
  const key = () => last().body.prompt_cache_key
  const ask = (words: string, history: HistoryItem[] = [], more: Partial<TurnRequest> = {}, signal?: AbortSignal) =>
    rig().run({ input: text(words), history, owner: 'ada', ...more }, signal)
  /** Whether what follows `begun`, whose last answer was `said`, continues in its thread. */
  const goesOn = async (begun: HistoryItem[], more?: Partial<TurnRequest>) => {
    const before = key()
    await ask('And?', begun, more)
    return key() === before
  }
  return { rig, last, key, ask, goesOn }
}
