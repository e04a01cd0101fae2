import { isTurnEnd } from './event.ts'
import type { TurnEvent } from './event.ts'

type Delta = Extract<TurnEvent, { type: 'item.delta' }>

/** The events of a `discardable` turn, in which each text comes when nothing discards it any more: in one delta, once it is complete or the turn is over. */
export async function* settled(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent, void, void> {
  const open = new Map<string, Delta>()
  for await (const event of events) {
    if (event.type === 'item.discarded') open.delete(event.item_id)
    else if (event.type === 'item.delta' && event.item_type !== 'command_execution') join(open, event)
    else {
      const texts = isTurnEnd(event)
        ? [...open.values()]
        : event.type === 'item.completed'
          ? [open.get(event.item.id)]
          : []
      for (const text of texts) if (text) yield text
      if (event.type === 'item.completed') open.delete(event.item.id)
      yield event
    }
  }
}

function join(open: Map<string, Delta>, event: Delta): void {
  const begun = open.get(event.item_id)
  open.set(event.item_id, begun ? { ...begun, delta: begun.delta + event.delta } : event)
}
