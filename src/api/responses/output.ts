import type { TextFilter } from '../../openai/text-filter.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { functionCallMaker, messageMaker, reasoningMaker } from './output-item.ts'
import type { ItemMaker, OutputItem, ResponseEvent } from './output-item.ts'

export interface OutputWishes {
  /** What the ids of the items are made of. */
  key: string
  /** Whether what the model thought is told. */
  reasoning: boolean
  /** What the text of one message goes through. */
  text: () => TextFilter
}

/** What a turn has put out so far, as items that come one after another. */
export interface Output {
  hear: (event: TurnEvent) => readonly ResponseEvent[]
  /** Nothing follows. */
  close: () => ResponseEvent[]
  /** An item that was never closed is incomplete. */
  items: () => OutputItem[]
}

type TextType = 'agent_message' | 'reasoning'

interface OpenItem {
  /** The codex item's id, or the call's. */
  source: string
  type: TextType | 'call'
  maker: ItemMaker
  filter?: TextFilter
}

const nothing: readonly ResponseEvent[] = []

/** At most one item is open: another's first word closes it, and what is still said of it then begins an item of its own. */
export function outputOf({ key, reasoning, text }: OutputWishes): Output {
  const done: OutputItem[] = []
  const messages = new Set<string>()
  let open: OpenItem | undefined

  const place = (prefix: string) => ({ id: `${prefix}_${key}${String(done.length).padStart(4, '0')}`, index: done.length })

  const close = (): ResponseEvent[] => {
    if (!open) return []
    const { maker, filter } = open
    const rest = filter?.end() ?? ''
    const events = [...(rest === '' ? [] : maker.push(rest)), ...maker.close()]
    done.push(maker.item('completed'))
    open = undefined
    return events
  }

  const begin = (source: string, type: OpenItem['type'], make: () => ItemMaker, filter?: TextFilter): ResponseEvent[] => {
    const closing = close()
    const maker = make() // its place is known only now
    open = { source, type, maker, ...(filter && { filter }) }
    if (type === 'agent_message') messages.add(source)
    return [...closing, ...maker.opening]
  }

  const beginText = (source: string, type: TextType): ResponseEvent[] =>
    type === 'reasoning' ? begin(source, type, () => reasoningMaker(place('rs'))) : begin(source, type, () => messageMaker(place('msg')), text())

  const isOpen = (source: string, type: string) => open?.source === source && open.type === type

  const say = (source: string, type: TextType, delta: string): readonly ResponseEvent[] => {
    const opening = isOpen(source, type) ? nothing : beginText(source, type)
    const said = open?.filter ? open.filter.push(delta) : delta
    return said === '' || !open ? opening : [...opening, ...open.maker.push(said)]
  }

  const hear = (event: TurnEvent): readonly ResponseEvent[] => {
    if (event.type === 'item.delta') {
      if (event.item_type === 'command_execution' || (event.item_type === 'reasoning' && !reasoning)) return nothing
      return say(event.item_id, event.item_type, event.delta)
    }
    if (event.type === 'item.completed') {
      if (isOpen(event.item.id, event.item.type)) return close()
      return event.item.type === 'agent_message' && !messages.has(event.item.id) ? [...beginText(event.item.id, 'agent_message'), ...close()] : nothing
    }
    if (event.type !== 'tool.called') return nothing
    const opening = begin(event.call_id, 'call', () => functionCallMaker(place('fc'), event))
    return [...opening, ...(open?.maker.push(event.arguments) ?? []), ...close()]
  }

  return { hear, close, items: () => (open ? [...done, open.maker.item('incomplete')] : [...done]) }
}
