import type { TurnEvent } from '../../../turn/event.ts'
import type { TextItem } from './item.ts'
import { Retelling } from './repeated-text.ts'
import type { Heard } from './repeated-text.ts'

type Said = Extract<TurnEvent, { type: `item.${string}` }>

/** A text while it comes. */
interface Growing {
  type: 'agent_message' | 'reasoning'
  /** Told only when whole: whether it is the answer shows later. */
  quiet: boolean
  /** What is told of it; undefined as long as it may be a repetition. */
  heard: Heard | undefined
  /** What has come while that was open. */
  held: string
  /** Whether a summary part has come: the raw thoughts are then left out. */
  summarized: boolean
}

/** The messages and thoughts of one turn, told once each whatever the connection to the model does. */
export class Texts {
  readonly #say: (event: Said) => void
  readonly #schema: boolean
  readonly #growing = new Map<string, Growing>()
  /** All told since the model's current response began. */
  #heard: Heard[] = []
  #retelling: Retelling | undefined

  /** `schema`: the answer is one JSON text, so a message of unknown phase waits to be whole. */
  constructor(say: (event: Said) => void, schema: boolean) {
    this.#say = say
    this.#schema = schema
  }

  started(item: TextItem): void {
    if (!this.#growing.has(item.id)) this.#begin(item)
  }

  delta(id: string, delta: string): void {
    const growing = this.#growing.get(id) ?? this.#begin({ kind: 'message', id, text: '' })
    if (growing.quiet || delta === '') return
    if (growing.heard) this.#tell(growing.heard, delta)
    else this.#weigh(id, growing, delta)
  }

  thought(id: string, delta: string, summary: boolean): void {
    const growing = this.#growing.get(id) ?? this.#begin({ kind: 'reasoning', id, text: '' })
    growing.summarized ||= summary
    if (summary || !growing.summarized) this.delta(id, delta)
  }

  /** Parts of a summary are told apart by a blank line. */
  summaryPart(id: string, index: number): void {
    if (index > 0) this.thought(id, '\n\n', true)
  }

  completed(item: TextItem): void {
    const growing = this.#growing.get(item.id) ?? this.#begin(item)
    this.#growing.delete(item.id)
    if (!growing.heard && this.#retelling && !growing.quiet) {
      const verdict = this.#retelling.judgeWhole(growing.type, item.text)
      if (verdict.is === 'repetition') return
      growing.heard = verdict.is === 'continuation' ? verdict.of : this.#fresh(item.id, growing.type)
      if (verdict.is === 'continuation') this.#tell(growing.heard, verdict.rest)
    }
    const heard = growing.heard ?? this.#fresh(item.id, growing.type)
    if (heard.text !== '' && item.text.startsWith(heard.text)) this.#tell(heard, item.text.slice(heard.text.length))
    heard.whole = true
    heard.text = item.text
    this.#say({ type: 'item.completed', item: { id: heard.id, type: growing.type, text: item.text } })
  }

  /** The stream of the model's response is torn; it comes again. */
  torn(): void {
    this.#growing.clear()
    this.#retelling = new Retelling(this.#heard)
  }

  /** The model's response is complete. */
  settled(): void {
    this.#retelling?.end()
    this.#retelling = undefined
    this.#heard = []
  }

  #begin(item: TextItem): Growing {
    const commentary = item.kind === 'message' && item.phase === 'commentary'
    const quiet = this.#schema && item.kind === 'message' && !item.phase
    const growing: Growing = {
      type: item.kind === 'reasoning' || commentary ? 'reasoning' : 'agent_message',
      quiet,
      heard: undefined,
      held: '',
      summarized: false
    }
    if (!this.#retelling && !quiet) growing.heard = this.#fresh(item.id, growing.type)
    this.#growing.set(item.id, growing)
    return growing
  }

  #weigh(id: string, growing: Growing, delta: string): void {
    growing.held += delta
    const verdict = this.#retelling?.judge(growing.type, growing.held) ?? { is: 'new' }
    if (verdict.is === 'repetition') return
    growing.heard = verdict.is === 'continuation' ? verdict.of : this.#fresh(id, growing.type)
    this.#tell(growing.heard, verdict.is === 'continuation' ? verdict.rest : growing.held)
  }

  #fresh(id: string, type: Growing['type']): Heard {
    const heard = { id, type, text: '', whole: false }
    this.#heard.push(heard)
    return heard
  }

  #tell(heard: Heard, delta: string): void {
    if (delta === '') return
    heard.text += delta
    this.#say({ type: 'item.delta', item_id: heard.id, item_type: heard.type, delta })
  }
}
