import type { TextFilter } from '../../text/text-filter.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { MessagePhase, ThreadItem } from '../../turn/item.ts'
import { refusal } from '../../openai/refusal.ts'
import type { Ending, Translation } from '../emit.ts'
import type { ResponseEvent } from './event.ts'
import { customInput } from '../../openai/custom-tools.ts'
import { customCallMaker, functionCallMaker, messageMaker, reasoningMaker, refusalMaker } from './item-maker.ts'
import type { ItemMaker } from './item-maker.ts'
import type { OutputItem, Place } from './output-item.ts'
import { workMakerFor } from './work-item.ts'
import type { WorkMaker } from './work-item.ts'

export interface OutputOptions {
  /** What the ids of the items are made of. */
  key: string
  /** Whether the model's reasoning is shown. */
  reasoning: boolean
  /** Whether the encrypted reasoning is. */
  encryptedReasoning?: boolean | undefined
  /** Whether Codex's own work is shown: commands, file changes, searches, calls of MCP servers. */
  work?: boolean | undefined
  /** Whether its searches are without the rest: the client has asked for them. */
  searches?: boolean | undefined
  /** The names of the tools whose calls are free text. */
  custom?: ReadonlySet<string> | undefined
  /** Filters the text of one message. */
  text: () => TextFilter
}

type TextType = 'agent_message' | 'reasoning'

/** An item that was begun. */
interface Begun {
  maker: Pick<ItemMaker | WorkMaker, 'item'>
  status: 'completed' | 'incomplete'
}

interface OpenItem {
  begun: Begun
  /** The codex item's id, or the call's. */
  source: string
  type: TextType | 'call' | 'refusal'
  maker: ItemMaker
  filter: TextFilter | undefined
}

const nothing: readonly ResponseEvent[] = []

/**
 * What a turn has put out so far, as items in the order in which they began. Of texts and calls at most one is open: the first
 * delta of another closes it, and what still follows of it then begins an item of its own. Work goes on beside them.
 */
export class TurnOutput implements Translation<ResponseEvent> {
  readonly #options: OutputOptions
  readonly #items: Begun[] = []
  readonly #messages = new Set<string>()
  readonly #working = new Map<string, Begun & { maker: WorkMaker }>()
  #open: OpenItem | undefined
  #answered = false

  constructor(options: OutputOptions) {
    this.#options = options
  }

  translate(event: TurnEvent): readonly ResponseEvent[] {
    switch (event.type) {
      case 'item.delta':
        if (event.item_type === 'command_execution') return nothing
        if (event.item_type === 'reasoning' && !this.#options.reasoning) return nothing
        return this.#addText(event.item_id, event.item_type, event.delta, event.phase)
      case 'item.started':
        if (!this.#showsWork(event.item) || event.item.type === 'file_change') return nothing // what changes is known only when it has
        return this.#beginWork(event.item)
      case 'item.completed':
        return this.#complete(event.item)
      case 'tool.called':
        return this.#addCall(event)
      default:
        return nothing
    }
  }

  /** Nothing follows. An answer without a message or a call has an empty one, as clients look for one. */
  end({ cut, refused }: Ending): ResponseEvent[] {
    const closing = this.#close(cut ? 'incomplete' : 'completed')
    if (refused) return [...closing, ...this.#beginRefusal(), ...this.#close()]
    return this.#answered || cut ? closing : [...closing, ...this.#beginText('', 'agent_message'), ...this.#close()]
  }

  /** An item that was never closed is incomplete. */
  items(): OutputItem[] {
    return this.#items.map(({ maker, status }) => maker.item(status))
  }

  #close(status: Begun['status'] = 'completed'): ResponseEvent[] {
    if (!this.#open) return []
    const { begun, maker, filter } = this.#open
    const rest = filter?.end() ?? ''
    const events = [...(rest === '' ? [] : maker.push(rest)), ...maker.close(status)]
    begun.status = status
    this.#open = undefined
    return events
  }

  #beginRefusal(): ResponseEvent[] {
    const opening = this.#begin('', 'refusal', () => refusalMaker(this.#place('msg')))
    return [...opening, ...(this.#open?.maker.push(refusal) ?? [])]
  }

  #addText(source: string, type: TextType, delta: string, phase?: MessagePhase): readonly ResponseEvent[] {
    const opening = this.#isOpen(source, type) ? nothing : this.#beginText(source, type, phase)
    const open = this.#open
    const text = open?.filter ? open.filter.push(delta) : delta
    return text === '' || !open ? opening : [...opening, ...open.maker.push(text)]
  }

  #addCall(call: Extract<TurnEvent, { type: 'tool.called' }>): ResponseEvent[] {
    const isCustom = this.#options.custom?.has(call.name)
    const opening = this.#begin(call.call_id, 'call', () =>
      isCustom ? customCallMaker(this.#place('ctc'), call) : functionCallMaker(this.#place('fc'), call)
    )
    const text = isCustom ? customInput(call.arguments) : call.arguments
    return [...opening, ...(this.#open?.maker.push(text) ?? []), ...this.#close()]
  }

  /** A message that came without deltas has no text: an item all the same. */
  #complete(item: ThreadItem): readonly ResponseEvent[] {
    const worked = this.#showsWork(item) ? this.#endWork(item) : nothing
    if (worked.length > 0) return worked
    if (this.#isOpen(item.id, item.type)) return this.#closeWith(item)
    if (item.type === 'agent_message' && !this.#messages.has(item.id))
      return [...this.#beginText(item.id, 'agent_message', item.phase), ...this.#close()]
    if (item.type !== 'reasoning' || !item.encrypted_content || !this.#options.encryptedReasoning) return nothing
    return [...this.#beginText(item.id, 'reasoning'), ...this.#closeWith(item)]
  }

  /** What a text filter still has must come before what is added to the text. */
  #closeWith(item: ThreadItem): ResponseEvent[] {
    const rest = this.#open?.filter?.end() ?? ''
    const before = rest === '' ? [] : (this.#open?.maker.push(rest) ?? [])
    const shown = item.type !== 'reasoning' || this.#options.encryptedReasoning
    return [...before, ...((shown && this.#open?.maker.attach?.(item)) || []), ...this.#close()]
  }

  #isOpen(source: string, type: string): boolean {
    return this.#open?.source === source && this.#open.type === type
  }

  #beginText(source: string, type: TextType, phase?: MessagePhase): ResponseEvent[] {
    if (type === 'reasoning') return this.#begin(source, type, () => reasoningMaker(this.#place('rs')))
    this.#messages.add(source)
    return this.#begin(source, type, () => messageMaker(this.#place('msg'), phase), this.#options.text())
  }

  #begin(source: string, type: OpenItem['type'], make: () => ItemMaker, filter?: TextFilter): ResponseEvent[] {
    const closing = this.#close()
    this.#answered ||= type !== 'reasoning'
    const maker = make() // its place is known only now
    this.#open = { source, type, maker, begun: this.#add(maker), filter }
    return [...closing, ...maker.opening]
  }

  #showsWork({ type }: ThreadItem): boolean {
    return (this.#options.work || (this.#options.searches && type === 'web_search')) ?? false
  }

  #beginWork(item: ThreadItem): readonly ResponseEvent[] {
    const maker = workMakerFor(item, (prefix) => this.#place(prefix))
    if (!maker || this.#working.has(item.id)) return nothing
    this.#working.set(item.id, this.#add(maker))
    return [...this.#close(), ...maker.opening]
  }

  #endWork(item: ThreadItem): readonly ResponseEvent[] {
    const opening = this.#beginWork(item)
    const begun = this.#working.get(item.id)
    if (!begun) return nothing
    begun.status = 'completed'
    this.#working.delete(item.id)
    return [...opening, ...begun.maker.complete(item)]
  }

  #add<M extends Begun['maker']>(maker: M): Begun & { maker: M } {
    const begun = { maker, status: 'incomplete' as const }
    this.#items.push(begun)
    return begun
  }

  #place(prefix: string): Place {
    const index = this.#items.length
    return { id: `${prefix}_${this.#options.key}${String(index).padStart(4, '0')}`, index }
  }
}
