import { message } from './items.ts'
import type { OutputItem } from './items.ts'
import { sse } from './script.ts'
import type { Script } from './script.ts'

/** Tokens that an answer says it took. */
export interface SpokenUsage {
  input: number
  cached: number
  output: number
  reasoning: number
}

export const usualUsage: SpokenUsage = { input: 100, cached: 40, output: 20, reasoning: 5 }

/** An event stream with these items, and a proper end. */
export function answer(items: OutputItem[], usage: Partial<SpokenUsage> = {}): Script {
  return stream(items, 'completed', { usage: wireUsage({ ...usualUsage, ...usage }) })
}

/** One message in as many deltas as there are texts. */
export function says(...deltas: string[]): Script {
  return answer([message(deltas)])
}

/** Items, and then the event that ends the response, which says `more` of it. */
export function stream(items: OutputItem[], status: 'completed' | 'failed' | 'incomplete', more: object): Script {
  const head = { id: 'resp_#N#', object: 'response' }
  const begun = { ...head, status: 'in_progress', output: [] }
  const told = items.map((item, place) => item(place))
  return {
    pieces: [
      { type: 'response.created', response: begun },
      { type: 'response.in_progress', response: begun },
      ...told.flatMap(({ events }) => events),
      { type: `response.${status}`, response: { ...head, status, output: told.map(({ done }) => done), ...more } }
    ].map(sse)
  }
}

/** What `usage` looks like on the wire. */
export function wireUsage({ input, cached, output, reasoning }: SpokenUsage) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output
  }
}
