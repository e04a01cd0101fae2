import { pieces } from '../../text/pieces.ts'
import type { ThreadItem } from '../../turn/item.ts'
import type { ResponseEvent } from './event.ts'
import type { McpCallItem, OutputItem, Place, WebSearchItem } from './output-item.ts'
import { workFrom } from './work.ts'
import type { WorkCall } from './work.ts'

/** Builds an item of work. Other items may begin before it is done. */
export interface WorkMaker {
  readonly opening: ResponseEvent[]
  complete: (item: ThreadItem) => ResponseEvent[]
  item: (status: 'completed' | 'incomplete') => OutputItem
}

/** The maker of this item's work; undefined for an item that is no work. */
export function workMakerFor(item: ThreadItem, place: (prefix: string) => Place): WorkMaker | undefined {
  const work = workFrom(item)
  if (!work) return undefined
  return work.type === 'call' ? callMaker(place('mcp'), work.call) : searchMaker(place('ws'), work.query)
}

function callMaker({ id, index }: Place, begun: WorkCall): WorkMaker {
  const at = { item_id: id, output_index: index }
  let call: WorkCall = { ...begun, output: null, error: null }
  const item = (
    status: McpCallItem['status'],
    { server, name, arguments: json, output, error } = call
  ): McpCallItem => ({ id, type: 'mcp_call', status, server_label: server, name, arguments: json, output, error })
  const ended = () => (call.error === null ? 'completed' : 'failed')
  return {
    opening: [
      {
        type: 'response.output_item.added',
        output_index: index,
        item: item('in_progress', { ...call, arguments: '' })
      },
      { type: 'response.mcp_call.in_progress', ...at },
      ...pieces(begun.arguments).map((delta): ResponseEvent => ({
        type: 'response.mcp_call_arguments.delta',
        ...at,
        delta
      })),
      { type: 'response.mcp_call_arguments.done', ...at, arguments: begun.arguments }
    ],
    complete(done) {
      const work = workFrom(done)
      if (work?.type === 'call') call = { ...work.call, arguments: begun.arguments }
      return [
        { type: `response.mcp_call.${ended()}`, ...at },
        { type: 'response.output_item.done', output_index: index, item: item(ended()) }
      ]
    },
    item: (status) => item(status === 'completed' ? ended() : status)
  }
}

function searchMaker({ id, index }: Place, begun: string): WorkMaker {
  const at = { item_id: id, output_index: index }
  let query = begun
  const item = (status: WebSearchItem['status']): WebSearchItem => ({
    id,
    type: 'web_search_call',
    status,
    action: { type: 'search', query, queries: query === '' ? [] : [query] }
  })
  return {
    opening: [
      { type: 'response.output_item.added', output_index: index, item: item('in_progress') },
      { type: 'response.web_search_call.in_progress', ...at },
      { type: 'response.web_search_call.searching', ...at }
    ],
    complete(done) {
      const work = workFrom(done)
      if (work?.type === 'search') query = work.query
      return [
        { type: 'response.web_search_call.completed', ...at },
        { type: 'response.output_item.done', output_index: index, item: item('completed') }
      ]
    },
    item: (status) => item(status === 'completed' ? status : 'failed')
  }
}
