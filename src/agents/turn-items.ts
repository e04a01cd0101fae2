import { codexItem, itemFrom } from './codex-items.ts'
import type { CodexItem } from './codex-items.ts'
import type { AgentItem, ItemPlace } from './item-place.ts'
import { newId } from './ids.ts'

/** Emits an event of a turn, without the ids of session and turn; `item` is stored as it then is. */
export type EmitItem = (type: string, fields: object, item?: AgentItem) => void

/** An item that is not complete. */
interface Open {
  item: AgentItem
  index: number
  /** Of a message; and of each part of a reasoning's summary. */
  texts: string[]
}

type Delta = Partial<Record<'itemId' | 'delta' | 'summaryIndex', unknown>>

/** The output of one turn: what app-server says of its items, as events and items of the API. */
export class TurnItems {
  readonly #emit: EmitItem
  readonly #place: Omit<ItemPlace, 'id'>
  readonly #open = new Map<string, Open>()
  #index: number

  /** `index`: of the first item to come. */
  constructor(emit: EmitItem, place: Omit<ItemPlace, 'id'>, index = 0) {
    this.#emit = emit
    this.#place = place
    this.#index = index
  }

  /** Of the next item. */
  get index(): number {
    return this.#index
  }

  /** How many items are at work that are no functions of the caller's. */
  get working(): number {
    return [...this.#open.values()].filter(({ item }) => item.type !== 'function_call').length
  }

  /** The model calls a function: the item of that, which its `result` completes. */
  called(callId: string, name: string, args: unknown): AgentItem {
    const open = this.#open.get(callId) ?? this.#add(callId, 'function_call', 'item')
    open.item = { ...open.item, call_id: callId, name, arguments: args, status: 'in_progress' }
    this.#emit('item.added', { item: open.item, output_index: open.index }, open.item)
    return open.item
  }

  noted(method: string, params: object): void {
    if (method === 'item/started') return this.#started(codexItem.safeParse((params as { item?: unknown }).item).data)
    if (method === 'item/completed')
      return this.#completed(codexItem.safeParse((params as { item?: unknown }).item).data)
    if (method === 'item/agentMessage/delta') return this.#textDelta(params)
    if (method === 'item/reasoning/summaryTextDelta') return this.#summaryDelta(params)
    if (method === 'item/commandExecution/outputDelta') return this.#outputDelta(params)
    if (method === 'error' && (params as { willRetry?: unknown }).willRetry === true) this.cutTexts() // it is written again
  }

  /** Texts that are being written come to their end as they are. */
  cutTexts(): void {
    for (const [key, { item }] of this.#open)
      if (item.type === 'message' || item.type === 'reasoning') this.#finish(key, 'incomplete')
  }

  /** Nothing more comes: what is not complete stays so. */
  end(): void {
    for (const key of [...this.#open.keys()]) this.#finish(key, 'incomplete')
  }

  #add(key: string, type: string, prefix: 'msg' | 'item'): Open {
    const item = { id: newId(prefix), type, turn_id: this.#place.turn_id }
    const open: Open = { item, index: this.#index++, texts: [] }
    this.#open.set(key, open)
    return open
  }

  #started(item: CodexItem | undefined): void {
    if (item === undefined || this.#open.has(item.id)) return
    switch (item.type) {
      case 'userMessage':
        return this.cutTexts() // codex drops what the model was writing (codex-cli 0.169)
      case 'agentMessage': {
        const open = this.#add(item.id, 'message', 'msg')
        const phase = phaseFrom(item.phase)
        open.item = { ...open.item, role: 'assistant', content: [], phase, status: 'in_progress' }
        return this.#emit('item.added', { item: open.item, output_index: open.index }, open.item)
      }
      case 'reasoning': {
        const open = this.#add(item.id, 'reasoning', 'item')
        open.item = { ...open.item, summary: [], status: 'in_progress' }
        return this.#emit('item.added', { item: open.item, output_index: open.index }, open.item)
      }
      case 'dynamicToolCall':
        return void this.#add(item.id, 'function_call', 'item') // shown when codex asks for it
      default: {
        const shown = itemFrom(item, false, { ...this.#place, id: '' })
        if (shown === undefined) return
        const open = this.#add(item.id, shown.type, 'item')
        open.item = { ...shown, id: open.item.id }
        this.#emit('item.added', { item: open.item, output_index: open.index }, open.item)
      }
    }
  }

  #completed(item: CodexItem | undefined): void {
    if (item === undefined || item.type === 'userMessage') return
    if (item.type !== 'dynamicToolCall') this.#started(item)
    const open = this.#open.get(item.id)
    if (open === undefined) return
    switch (item.type) {
      case 'agentMessage':
        if (item.text.length > (open.texts[0]?.length ?? 0)) this.#addText(open, item.text.slice(open.texts[0]?.length))
        open.item['phase'] = phaseFrom(item.phase)
        return this.#finish(item.id, 'completed')
      case 'reasoning':
        for (const [index, text] of item.summary.entries())
          if (text !== '' && open.texts[index] === undefined) this.#addSummary(open, index, text)
        return this.#finish(item.id, 'completed')
      case 'dynamicToolCall':
        return this.#finish(item.id, item.success === false ? 'failed' : 'completed')
      default: {
        const shown = itemFrom(item, true, { ...this.#place, id: open.item.id })
        if (shown) open.item = shown
        this.#finish(item.id, String(open.item['status']))
      }
    }
  }

  #finish(key: string, status: string): void {
    const open = this.#open.get(key)
    if (open === undefined) return
    const wasShown = open.item.type !== 'function_call' || open.item['name'] !== undefined
    open.item = { ...open.item, status }
    if (open.item.type === 'message') this.#finishText(open)
    if (open.item.type === 'reasoning') this.#finishSummary(open, status)
    if (wasShown) this.#emit('item.done', { item: open.item, output_index: open.index }, open.item)
    this.#open.delete(key) // last: where nothing can be stored it is not over
  }

  #textDelta({ itemId, delta }: Delta): void {
    const open = this.#open.get(String(itemId))
    if (open?.item.type === 'message') this.#addText(open, String(delta))
  }

  #addText(open: Open, delta: string): void {
    const ids = { item_id: open.item.id, output_index: open.index, content_index: 0 }
    if (open.texts.length === 0) this.#emit('content_part.added', { ...ids, part: { type: 'output_text', text: '' } })
    open.texts[0] = (open.texts[0] ?? '') + delta
    this.#emit('output_text.delta', { ...ids, delta })
  }

  #finishText({ item, index, texts: [text] }: Open): void {
    if (text === undefined) return
    const ids = { item_id: item.id, output_index: index, content_index: 0 }
    const part = { type: 'output_text', text }
    item['content'] = [part]
    this.#emit('output_text.done', { ...ids, text })
    this.#emit('content_part.done', { ...ids, part })
  }

  #summaryDelta({ itemId, summaryIndex, delta }: Delta): void {
    const open = this.#open.get(String(itemId))
    if (open?.item.type === 'reasoning') this.#addSummary(open, Number(summaryIndex), String(delta))
  }

  #addSummary(open: Open, index: number, delta: string): void {
    const ids = { item_id: open.item.id, output_index: open.index, summary_index: index }
    if (open.texts[index] === undefined)
      this.#emit('reasoning_summary_part.added', { ...ids, part: { type: 'summary_text', text: '' } })
    open.texts[index] = (open.texts[index] ?? '') + delta
    this.#emit('reasoning_summary_text.delta', { ...ids, delta })
  }

  #finishSummary({ item, index: output_index, texts }: Open, status: string): void {
    const parts = texts.map((text) => ({ type: 'summary_text', text }))
    item['summary'] = parts
    for (const [summary_index, part] of parts.entries()) {
      const ids = { item_id: item.id, output_index, summary_index }
      this.#emit('reasoning_summary_text.done', { ...ids, text: part.text })
      const cut = status === 'incomplete' ? status : null
      this.#emit('reasoning_summary_part.done', { ...ids, part, status: cut })
    }
  }

  #outputDelta({ itemId, delta }: Delta): void {
    const open = this.#open.get(String(itemId))
    if (open) this.#emit('command_execution_output.delta', { item_id: open.item.id, output_index: open.index, delta })
  }
}

/** A part of an answer is one (codex-cli 0.169 has a third phase). */
function phaseFrom(phase: string | null | undefined): string | null {
  if (phase === 'commentary') return phase
  return phase === null || phase === undefined ? null : 'final_answer'
}
