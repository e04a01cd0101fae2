import { pieces } from '../../text/pieces.ts'
import { paragraphs } from '../../text/answer-text.ts'
import type { AnswerText } from '../../text/answer-text.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { refusal } from '../../openai/refusal.ts'
import type { Ending, Translation } from '../emit.ts'

/** What one chunk adds to the answer. */
export interface ChatDelta {
  role?: 'assistant'
  content?: string
  refusal?: string | null
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

export const finishReasons = ['stop', 'tool_calls', 'length', 'content_filter'] as const
export type FinishReason = (typeof finishReasons)[number]

/** The first delta of every answer. */
export const openingDelta: ChatDelta = { role: 'assistant', content: '', refusal: null }

/** The deltas of one turn's answer. */
export interface ChatDeltas extends Translation<ChatDelta> {
  /** What was buffered, and how the answer ends; `ending` is how its turn ended. */
  finish: (ending: Ending) => { deltas: readonly ChatDelta[]; finishReason: FinishReason }
}

const nothing: readonly ChatDelta[] = []

/** A turn's messages as content, joined by blank lines, its reasoning likewise, and its calls of the caller's functions. */
export function chatDeltasFrom(text: AnswerText): ChatDeltas {
  return new TurnDeltas(text)
}

/** A class, for an object literal with a getter has a shape of its own each time, which all code that meets it pays for. */
class TurnDeltas implements ChatDeltas {
  readonly #text: AnswerText
  readonly #content = paragraphs()
  readonly #reasoning = paragraphs()
  #calls = 0

  constructor(text: AnswerText) {
    this.#text = text
  }

  get stopped(): boolean {
    return this.#text.stopped
  }

  translate(event: TurnEvent): readonly ChatDelta[] {
    if (this.#text.stopped) return nothing
    if (event.type === 'tool.called') return toolCallDeltas(this.#calls++, event)
    if (event.type !== 'item.delta' || event.item_type === 'command_execution') return nothing
    if (event.item_type === 'reasoning')
      return deltasOf('reasoning_content', this.#reasoning(event.item_id, event.delta))
    return deltasOf('content', this.#text.push(this.#content(event.item_id, event.delta)))
  }

  finish({ cut, refused }: Ending): { deltas: readonly ChatDelta[]; finishReason: FinishReason } {
    if (this.#text.stopped) return { deltas: nothing, finishReason: 'stop' }
    const rest = deltasOf('content', this.#text.end())
    return {
      deltas: refused ? [...rest, { refusal }] : rest,
      finishReason: cut ?? (this.#calls > 0 ? 'tool_calls' : 'stop')
    }
  }
}

function deltasOf(field: 'content' | 'reasoning_content', text: string): readonly ChatDelta[] {
  return text === ''
    ? nothing
    : pieces(text).map((piece) => (field === 'content' ? { content: piece } : { reasoning_content: piece }))
}

function toolCallDeltas(index: number, call: Extract<TurnEvent, { type: 'tool.called' }>): ChatDelta[] {
  const first: ToolCallDelta = {
    index,
    id: call.call_id,
    type: 'function',
    function: { name: call.name, arguments: '' }
  }
  const rest = pieces(call.arguments).map((piece): ToolCallDelta => ({ index, function: { arguments: piece } }))
  return [first, ...rest].map((delta) => ({ tool_calls: [delta] }))
}
