import type { TextFilter } from '../../text/text-filter.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { ThreadItem } from '../../turn/item.ts'
import type { ResponseEvent } from './event.ts'
import { functionCallMaker, messageMaker, reasoningMaker } from './item-maker.ts'
import type { ItemMaker } from './item-maker.ts'
import type { OutputItem, Place } from './output-item.ts'
import { workMakerFor } from './work-item.ts'
import type { WorkMaker } from './work-item.ts'

export interface OutputWishes {
  /** What the ids of the items are made of. */
  key: string
  /** Whether what the model thought is told. */
  reasoning: boolean
  /** Whether Codex's own work is told: commands, file changes, searches, calls of MCP servers. */
  work?: boolean
  /** What the text of one message goes through. */
  text: () => TextFilter
}

/** What a turn has put out so far, as items in the order in which they began. */
export interface Output {
  hear: (event: TurnEvent) => readonly ResponseEvent[]
  /** Nothing follows. */
  close: () => ResponseEvent[]
  /** An item that was never closed is incomplete. */
  items: () => OutputItem[]
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
  type: TextType | 'call'
  maker: ItemMaker
  filter?: TextFilter
}

const nothing: readonly ResponseEvent[] = []

/** Of texts and calls at most one is open: another's first word closes it, and what is still said of it then begins an item of its own. Work goes on beside them. */
export function outputOf({ key, reasoning, work = false, text }: OutputWishes): Output {
  const items: Begun[] = []
  const messages = new Set<string>()
  const working = new Map<string, Begun & { maker: WorkMaker }>()
  let open: OpenItem | undefined

  const place = (prefix: string): Place => ({
    id: `${prefix}_${key}${String(items.length).padStart(4, '0')}`,
    index: items.length
  })

  const entered = <M extends Begun['maker']>(maker: M): Begun & { maker: M } => {
    const begun = { maker, status: 'incomplete' as const }
    items.push(begun)
    return begun
  }

  const close = (): ResponseEvent[] => {
    if (!open) return []
    const { begun, maker, filter } = open
    const rest = filter?.end() ?? ''
    const events = [...(rest === '' ? [] : maker.push(rest)), ...maker.close()]
    begun.status = 'completed'
    open = undefined
    return events
  }

  const begin = (
    source: string,
    type: OpenItem['type'],
    make: () => ItemMaker,
    filter?: TextFilter
  ): ResponseEvent[] => {
    const closing = close()
    const maker = make() // its place is known only now
    open = { source, type, maker, begun: entered(maker), ...(filter && { filter }) }
    if (type === 'agent_message') messages.add(source)
    return [...closing, ...maker.opening]
  }

  const beginText = (source: string, type: TextType): ResponseEvent[] =>
    type === 'reasoning'
      ? begin(source, type, () => reasoningMaker(place('rs')))
      : begin(source, type, () => messageMaker(place('msg')), text())

  const isOpen = (source: string, type: string) => open?.source === source && open.type === type

  const say = (source: string, type: TextType, delta: string): readonly ResponseEvent[] => {
    const opening = isOpen(source, type) ? nothing : beginText(source, type)
    const said = open?.filter ? open.filter.push(delta) : delta
    return said === '' || !open ? opening : [...opening, ...open.maker.push(said)]
  }

  const beginWork = (item: ThreadItem): readonly ResponseEvent[] => {
    const maker = workMakerFor(item, place)
    if (!maker || working.has(item.id)) return nothing
    working.set(item.id, entered(maker))
    return [...close(), ...maker.opening]
  }

  const endWork = (item: ThreadItem): readonly ResponseEvent[] => {
    const opening = beginWork(item)
    const begun = working.get(item.id)
    if (!begun) return nothing
    begun.status = 'completed'
    working.delete(item.id)
    return [...opening, ...begun.maker.complete(item)]
  }

  const hear = (event: TurnEvent): readonly ResponseEvent[] => {
    if (event.type === 'item.delta') {
      if (event.item_type === 'command_execution' || (event.item_type === 'reasoning' && !reasoning)) return nothing
      return say(event.item_id, event.item_type, event.delta)
    }
    if (work && event.type === 'item.started')
      return event.item.type === 'file_change' ? nothing : beginWork(event.item) // what changes is known only when it has
    if (event.type === 'item.completed') {
      const worked = work ? endWork(event.item) : nothing
      if (worked.length > 0) return worked
      if (isOpen(event.item.id, event.item.type)) return close()
      return event.item.type === 'agent_message' && !messages.has(event.item.id)
        ? [...beginText(event.item.id, 'agent_message'), ...close()]
        : nothing
    }
    if (event.type !== 'tool.called') return nothing
    const opening = begin(event.call_id, 'call', () => functionCallMaker(place('fc'), event))
    return [...opening, ...(open?.maker.push(event.arguments) ?? []), ...close()]
  }

  return { hear, close, items: () => items.map(({ maker, status }) => maker.item(status)) }
}
