import type { ServiceTier } from '../../turn/request.ts'
import type { ChatUsage } from '../../openai/usage.ts'
import type { ChatDelta, FinishReason } from './deltas.ts'

/** What all chunks of an answer, and an answer that is not streamed, have in common. `created` is in Unix seconds. */
export interface AnswerHead {
  id: string
  created: number
  model: string
  /** The tier that the request asked for, other than the usual one. */
  service_tier?: ServiceTier | undefined
}

/** The chunks of one choice as JSON texts, ready for the wire. */
export interface ChatChunks {
  delta: (delta: ChatDelta) => string
  /** The last chunk of the choice. */
  finish: (reason: FinishReason) => string
  /** An empty delta, sent after a long silence. Clients count only chunks, not comments, as activity. */
  keepAlive: string
}

/** Encodes what is the same in every chunk of a choice once, so that a delta costs one small `JSON.stringify` and one concatenation. */
export function chatChunks(head: AnswerHead, index: number): ChatChunks {
  const beforeDelta = `${beginningOf(head)},"choices":[{"index":${index},"delta":`
  const afterDelta = ',"finish_reason":null}]}'
  const delta = (what: ChatDelta) => beforeDelta + JSON.stringify(what) + afterDelta
  return {
    delta,
    finish: (reason) => `${beforeDelta}{},"finish_reason":"${reason}"}]}`,
    keepAlive: delta({ content: '' })
  }
}

/** The chunk after all choices, for clients that request it; others fail on a chunk without choices. */
export function usageChunk(head: AnswerHead, usage: ChatUsage): string {
  return `${beginningOf(head)},"choices":[],"usage":${JSON.stringify(usage)}}`
}

function beginningOf({ id, created, model, service_tier }: AnswerHead): string {
  return JSON.stringify({ id, object: 'chat.completion.chunk', created, model, service_tier }).slice(0, -1)
}
