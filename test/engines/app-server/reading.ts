import { dynamicTools } from '../../../src/engines/app-server/thread/tools.ts'
import { TurnReader } from '../../../src/engines/app-server/turn/reader.ts'
import type { ReaderOptions } from '../../../src/engines/app-server/turn/reader-options.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'

export type Item = Record<string, unknown>

/** The reader of one turn, which app-server says this of. */
export function readerOf(options: Partial<ReaderOptions> = {}, request: Partial<TurnRequest> = {}) {
  const events: TurnEvent[] = []
  let asked = 0
  const reader = new TurnReader({
    ...{ emit: (event: TurnEvent) => events.push(event), askAgain: () => (asked += 1), usage: () => undefined },
    ...{ tools: dynamicTools({ input: [], ...request }), schema: false, discardable: false },
    retryAfter: () => undefined,
    ...options
  })
  let turnId = 'u'
  const says = (method: string, params: object = {}) => reader.notified(method, { turnId, ...params })
  const item = (of: 'started' | 'completed', what: Item) => says(`item/${of}`, { item: what })
  const all = {
    ...{ reader, events, says, item },
    begin: (id = 'u') => says('turn/started', { turnId: (turnId = id), turn: { id } }),
    delta: (itemId: string, delta: string) => says('item/agentMessage/delta', { itemId, delta }),
    end: (status = 'completed') => says('turn/completed', { turn: { id: turnId, status } }),
    call: (call_id: string, json = '{}', name = 'f') =>
      says('rawResponseItem/completed', { item: { type: 'function_call', call_id, name, arguments: json } }),
    asked: () => asked
  }
  return all
}

export const message = (text: string, more: Item = {}): Item => ({ id: 'm', type: 'agentMessage', text, ...more })
export const delta = (text: string, more = {}) => ({
  ...{ type: 'item.delta', item_id: 'm', item_type: 'agent_message', delta: text },
  ...more
})

export const tools = [{ name: 'f' }]
