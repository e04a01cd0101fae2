import { isTurnEnd } from './event.ts'
import type { TurnEvent } from './event.ts'
import type { ThreadItem } from './item.ts'
import { mapped } from './mapped.ts'

type Delta = Extract<TurnEvent, { type: 'item.delta' }>

/** The events of a `discardable` turn, in which each text comes when nothing discards it any more: in one delta, once it is complete or the turn is over. */
export function settled(events: AsyncIterable<TurnEvent>): AsyncIterable<TurnEvent> {
  const open = new Map<string, Delta>()
  return mapped(events, (event): readonly TurnEvent[] => {
    if (event.type === 'item.discarded') open.delete(event.item_id)
    else if (event.type === 'item.delta' && event.item_type !== 'command_execution') join(open, event)
    else if (isTurnEnd(event)) return [...open.values(), event]
    else if (event.type === 'item.completed') return completed(open, event)
    else return [event]
    return []
  })
}

function completed(open: Map<string, Delta>, event: Extract<TurnEvent, { item: ThreadItem }>): TurnEvent[] {
  const text = open.get(event.item.id)
  open.delete(event.item.id)
  return text ? [text, event] : [event]
}

function join(open: Map<string, Delta>, event: Delta): void {
  const begun = open.get(event.item_id)
  open.set(event.item_id, begun ? Object.assign({}, begun, { delta: begun.delta + event.delta }) : event)
}
