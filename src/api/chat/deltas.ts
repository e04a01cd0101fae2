import { pieces } from '../../text/pieces.ts'
import { paragraphs } from '../../text/answer-text.ts'
import type { AnswerText } from '../../text/answer-text.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Citation, ThreadItem } from '../../turn/item.ts'
import { customInput } from '../../openai/custom-tools.ts'
import { refusal } from '../../openai/refusal.ts'
import type { Ending, Translation } from '../emit.ts'
import { usualForm } from './tools.ts'
import type { CallForm } from './tools.ts'

type Called = Extract<TurnEvent, { type: 'tool.called' }>

/** What one chunk adds to the answer. */
export interface ChatDelta {
  role?: 'assistant'
  content?: string | null
  refusal?: string | null
  reasoning_content?: string
  annotations?: Annotation[]
  tool_calls?: ToolCallDelta[]
  function_call?: { name?: string; arguments: string }
}

/** A source of the text, as chat completions have it. */
export interface Annotation {
  type: 'url_citation'
  url_citation: Citation
}

/** Id, type and name come once, with a call's first delta: clients that join deltas would double them. */
export type ToolCallDelta = { index: number; id?: string } & (
  | { type?: 'function'; function: { name?: string; arguments: string } }
  | { type?: 'custom'; custom: { name?: string; input: string } }
)

/** The first delta of an answer, before `next`. Its content is null where something else comes first: an empty text would be a part of its own to clients. */
export function openingDelta(next?: ChatDelta): ChatDelta {
  return { role: 'assistant', content: next && next.content === undefined ? null : '', refusal: null }
}

export const finishReasons = ['stop', 'tool_calls', 'function_call', 'length', 'content_filter'] as const
export type FinishReason = (typeof finishReasons)[number]

/** The deltas of one turn's answer. */
export interface ChatDeltas extends Translation<ChatDelta> {
  /** What was buffered, and how the answer ends; `ending` is how its turn ended. */
  finish: (ending: Ending) => { deltas: readonly ChatDelta[]; finishReason: FinishReason }
}

const nothing: readonly ChatDelta[] = []

/** A turn's messages as content, joined by blank lines, its reasoning likewise, and its calls of the caller's functions. */
export function chatDeltasFrom(text: AnswerText, form: CallForm = usualForm): ChatDeltas {
  return new TurnDeltas(text, form)
}

/** A class, for an object literal with a getter has a shape of its own each time, which all code that meets it pays for. */
class TurnDeltas implements ChatDeltas {
  readonly #text: AnswerText
  readonly #content = paragraphs()
  readonly #reasoning = paragraphs()
  readonly #form: CallForm
  #calls = 0
  /** Characters of content so far. */
  #length = 0

  constructor(text: AnswerText, form: CallForm) {
    this.#text = text
    this.#form = form
  }

  get stopped(): boolean {
    return this.#text.stopped
  }

  translate(event: TurnEvent): readonly ChatDelta[] {
    if (this.#text.stopped) return nothing
    if (event.type === 'item.completed') return this.#annotations(event.item)
    if (event.type === 'tool.called') return callDeltas(this.#calls++, event, this.#form)
    if (event.type !== 'item.delta' || event.item_type === 'command_execution') return nothing
    if (event.item_type === 'reasoning')
      return deltasOf('reasoning_content', this.#reasoning(event.item_id, event.delta))
    const text = this.#text.push(this.#content(event.item_id, event.delta))
    this.#length += text.length
    return deltasOf('content', text)
  }

  /** The places are those of the model's message: where its text was changed on the way, nothing is in them. */
  #annotations(item: ThreadItem): readonly ChatDelta[] {
    if (item.type !== 'agent_message' || !item.citations?.length || !this.#text.unchanged) return nothing
    const before = this.#length - item.text.length
    return [
      {
        annotations: item.citations.map(({ start_index, end_index, ...source }) => ({
          type: 'url_citation',
          url_citation: { ...source, start_index: start_index + before, end_index: end_index + before }
        }))
      }
    ]
  }

  finish({ cut, refused }: Ending): { deltas: readonly ChatDelta[]; finishReason: FinishReason } {
    if (this.#text.stopped) return { deltas: nothing, finishReason: 'stop' }
    const rest = deltasOf('content', this.#text.end())
    return { deltas: refused ? [...rest, { refusal }] : rest, finishReason: cut ?? this.#finishReason() }
  }

  #finishReason(): FinishReason {
    if (this.#calls === 0) return 'stop'
    return this.#form.legacy ? 'function_call' : 'tool_calls'
  }
}

function deltasOf(field: 'content' | 'reasoning_content', text: string): readonly ChatDelta[] {
  return text === ''
    ? nothing
    : pieces(text).map((piece) => (field === 'content' ? { content: piece } : { reasoning_content: piece }))
}

function callDeltas(index: number, { call_id: id, name, arguments: json }: Called, form: CallForm): ChatDelta[] {
  if (form.legacy)
    return index > 0
      ? []
      : [{ name, arguments: '' }, ...pieces(json).map(part)].map((function_call) => ({ function_call }))
  const [first, ...rest]: ToolCallDelta[] = form.custom.has(name)
    ? [
        { index, id, type: 'custom', custom: { name, input: '' } },
        ...pieces(customInput(json)).map((input) => ({ index, custom: { input } }))
      ]
    : [
        { index, id, type: 'function', function: { name, arguments: '' } },
        ...pieces(json).map((piece) => ({ index, function: part(piece) }))
      ]
  return [first!, ...rest].map((delta) => ({ tool_calls: [delta] }))
}

const part = (piece: string) => ({ arguments: piece })
