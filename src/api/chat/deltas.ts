import { pieces } from '../../http/split.ts'
import type { AnswerText } from '../../openai/answer-text.ts'
import { paragraphs } from '../../openai/paragraphs.ts'
import type { TurnEvent } from '../../turn/event.ts'

/** What one chunk adds to the answer. */
export interface ChatDelta {
  role?: 'assistant'
  content?: string
  refusal?: null
  reasoning_content?: string
  tool_calls?: ToolCallDelta[]
}

/** Id, type and name come once, with a call's first delta: clients that join deltas would double them. */
export interface ToolCallDelta {
  index: number
  id?: string
  type?: 'function'
  function: { name?: string; arguments: string }
}

export type FinishReason = 'stop' | 'tool_calls'

/** The first delta of every answer. */
export const openingDelta: ChatDelta = { role: 'assistant', content: '', refusal: null }

/** The deltas of one turn's answer. */
export interface ChatDeltas {
  /** A stop sequence has come: whatever the turn still says is not part of the answer. */
  readonly stopped: boolean
  /** What an event adds, in order. */
  hear: (event: TurnEvent) => readonly ChatDelta[]
  /** What was held back, and how the answer ends. */
  finish: () => { deltas: readonly ChatDelta[]; finishReason: FinishReason }
}

const nothing: readonly ChatDelta[] = []

/** Tells a turn's messages as content, joined by blank lines, its reasoning likewise, and its calls of the caller's functions. */
export function chatDeltasFrom(text: AnswerText): ChatDeltas {
  const join = { content: paragraphs(), reasoning_content: paragraphs() }
  let calls = 0

  const say = (field: 'content' | 'reasoning_content', itemId: string, delta: string): readonly ChatDelta[] => {
    const joined = join[field](itemId, delta)
    return deltasOf(field, field === 'content' ? text.push(joined) : joined)
  }

  const hear = (event: TurnEvent): readonly ChatDelta[] => {
    if (text.stopped) return nothing
    if (event.type === 'item.delta') {
      if (event.item_type === 'command_execution') return nothing
      if (event.item_type === 'reasoning') return say('reasoning_content', event.item_id, event.delta)
      return say('content', event.item_id, event.delta)
    }
    return event.type === 'tool.called' ? toolCallDeltas(calls++, event) : nothing
  }

  return {
    get stopped() {
      return text.stopped
    },
    hear,
    finish: () => ({ deltas: deltasOf('content', text.end()), finishReason: calls > 0 ? 'tool_calls' : 'stop' })
  }
}

function deltasOf(field: 'content' | 'reasoning_content', text: string): readonly ChatDelta[] {
  return text === '' ? nothing : pieces(text).map((piece) => ({ [field]: piece }))
}

function toolCallDeltas(index: number, call: Extract<TurnEvent, { type: 'tool.called' }>): ChatDelta[] {
  const first: ToolCallDelta = { index, id: call.call_id, type: 'function', function: { name: call.name, arguments: '' } }
  const rest = pieces(call.arguments).map((piece): ToolCallDelta => ({ index, function: { arguments: piece } }))
  return [first, ...rest].map((delta) => ({ tool_calls: [delta] }))
}
