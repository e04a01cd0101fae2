import type { TurnEvent } from '../../../turn/event.ts'
import type { MessagePhase, ThreadItem } from '../../../turn/item.ts'
import type { TextItem } from './item.ts'
import { RepeatedAnswer } from './repeated-text.ts'
import type { EmittedText } from './repeated-text.ts'

type TextEvent = Extract<TurnEvent, { type: `item.${string}` | 'text.withheld' }>

export interface TextOptions {
  /** The answer is one JSON text, so a message of unknown phase waits until it is complete. */
  schema: boolean
  /** What was emitted of a text that breaks off is discarded. Otherwise its rest must follow. */
  discardable: boolean
}

/** A text that is not complete. */
interface OpenText {
  type: EmittedText['type']
  phase: MessagePhase | undefined
  /** Emitted only when it is complete: whether it is the answer shows later. */
  withoutDeltas: boolean
  /** What is emitted of it; undefined as long as it may be a repetition. */
  emitted: EmittedText | undefined
  /** What has come while that was undecided. */
  pending: string
  /** Whether a part of a summary has come: the raw reasoning is then left out. */
  hasSummary: boolean
}

/** The messages and the reasoning of one turn, each emitted once, also where the connection to the model breaks. */
export class Texts {
  readonly #emit: (event: TextEvent) => void
  readonly #options: TextOptions
  readonly #open = new Map<string, OpenText>()
  /** All emitted since the model's current response began. */
  #emitted: EmittedText[] = []
  #repeated: RepeatedAnswer | undefined
  #refused = false

  constructor(emit: (event: TextEvent) => void, options: TextOptions) {
    this.#emit = emit
    this.#options = options
  }

  /** Whether the model's last response was a refusal: a message that codex begins and leaves out, as it has no text (codex-cli 0.169). */
  get refused(): boolean {
    return this.#refused
  }

  started(item: TextItem): void {
    if (!this.#open.has(item.id)) this.#begin(item)
  }

  delta(id: string, delta: string): void {
    const text = this.#open.get(id) ?? this.#begin({ kind: 'message', id, text: '' })
    if (delta === '') return
    if (text.withoutDeltas) return this.#emit({ type: 'text.withheld' })
    if (text.emitted) this.#emitDelta(text.emitted, delta)
    else this.#compare(id, text, delta)
  }

  reasoningDelta(id: string, delta: string, summary: boolean): void {
    const text = this.#open.get(id) ?? this.#begin({ kind: 'reasoning', id, text: '' })
    text.hasSummary ||= summary
    if (summary || !text.hasSummary) this.delta(id, delta)
  }

  /** The parts of a summary are separated by a blank line. */
  summaryPart(id: string, index: number): void {
    if (index > 0) this.reasoningDelta(id, '\n\n', true)
  }

  completed(item: TextItem): void {
    if (this.#wasCompleted(item)) return void this.#open.delete(item.id)
    const text = this.#open.get(item.id) ?? this.#begin(item)
    this.#open.delete(item.id)
    if (!text.emitted && this.#repeated && !text.withoutDeltas) {
      const comparison = this.#repeated.compareComplete(text.type, item.text)
      if (comparison.is === 'repetition') return
      text.emitted = comparison.is === 'continuation' ? comparison.of : this.#new(item.id, text)
    }
    const emitted = text.emitted ?? this.#new(item.id, text)
    if (emitted.text !== '' && item.text.startsWith(emitted.text))
      this.#emitDelta(emitted, item.text.slice(emitted.text.length))
    emitted.complete = true
    emitted.text = item.text
    this.#emit({ type: 'item.completed', item: completeItem(emitted, item) })
  }

  /** The stream of the model's response broke; the response comes again. */
  streamBroke(): void {
    this.#open.clear()
    if (this.#options.discardable) this.#discard()
    this.#repeated = new RepeatedAnswer(this.#emitted)
  }

  /** The model's response is complete. */
  responseCompleted(): void {
    this.#repeated?.end()
    const empty = [...this.#open].filter(([, { type, emitted }]) => type === 'agent_message' && !emitted?.text)
    if (this.#emitted.length > 0 || empty.length > 0) this.#refused = empty.length > 0
    for (const [id] of empty) this.#open.delete(id)
    this.#repeated = undefined
    this.#emitted = []
  }

  #discard(): void {
    for (const { id, text, complete } of this.#emitted)
      if (!complete && text !== '') this.#emit({ type: 'item.discarded', item_id: id })
    this.#emitted = this.#emitted.filter(({ complete }) => complete)
  }

  /** A provider may send the end of an item twice, and codex passes on both (codex-cli 0.169). */
  #wasCompleted(item: TextItem): boolean {
    if (this.#open.get(item.id)?.emitted?.text) return false
    return this.#emitted.some(({ id, text, complete }) => complete && id === item.id && text === item.text)
  }

  #begin(item: TextItem): OpenText {
    const commentary = item.kind === 'message' && item.phase === 'commentary'
    const withoutDeltas = this.#options.schema && item.kind === 'message' && !item.phase
    const text: OpenText = {
      type: item.kind === 'reasoning' || commentary ? 'reasoning' : 'agent_message',
      phase: item.kind === 'message' && !commentary ? item.phase : undefined,
      withoutDeltas,
      emitted: undefined,
      pending: '',
      hasSummary: false
    }
    if (!this.#repeated && !withoutDeltas) text.emitted = this.#new(item.id, text)
    this.#open.set(item.id, text)
    return text
  }

  #compare(id: string, text: OpenText, delta: string): void {
    text.pending += delta
    const comparison = this.#repeated?.compare(text.type, text.pending) ?? { is: 'new' }
    if (comparison.is === 'repetition') return
    text.emitted = comparison.is === 'continuation' ? comparison.of : this.#new(id, text)
    this.#emitDelta(text.emitted, comparison.is === 'continuation' ? comparison.rest : text.pending)
  }

  #new(id: string, { type, phase }: OpenText): EmittedText {
    const emitted = { id, type, phase, text: '', complete: false }
    this.#emitted.push(emitted)
    return emitted
  }

  #emitDelta(emitted: EmittedText, delta: string): void {
    if (delta === '') return
    const phase = emitted.text === '' && emitted.phase ? { phase: emitted.phase } : undefined
    emitted.text += delta
    this.#emit({ type: 'item.delta', item_id: emitted.id, item_type: emitted.type, delta, ...phase })
  }
}

function completeItem({ id, type, phase }: EmittedText, item: TextItem): ThreadItem {
  const { text } = item
  if (type === 'reasoning')
    return { id, type, text, ...(item.kind === 'reasoning' && { encrypted_content: item.encrypted_content }) }
  return { id, type, text, phase, ...(item.kind === 'message' && { citations: item.citations }) }
}
