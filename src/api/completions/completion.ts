import type { ChatUsage } from '../../openai/usage.ts'

/** What all chunks of an answer, and the whole answer, have in common. `created` is in Unix seconds. */
export interface CompletionHead {
  id: string
  object: 'text_completion'
  created: number
  model: string
}

export interface CompletionChoice {
  index: number
  text: string
  logprobs: null
  /** Null while more is to come. */
  finish_reason: 'stop' | null
}

/** A completion in one piece, or a chunk of one. */
export interface Completion extends CompletionHead {
  choices: CompletionChoice[]
  usage?: ChatUsage
}

/** One prompt’s answer, or a piece of it. */
export const choice = (index: number, text: string, finished: boolean): CompletionChoice => ({
  index,
  text,
  logprobs: null,
  finish_reason: finished ? 'stop' : null
})
