import { expect } from 'vitest'
import { responseEvent } from './response-schemas.ts'
import type { StreamedEvent, StreamedItem, StreamedResponse } from './response-schemas.ts'

/** What a response's stream held. */
export interface ResponseStream {
  response: StreamedResponse
  events: StreamedEvent[]
  error?: Extract<StreamedEvent, { type: 'error' }>['error']
}

/** Reads the body of a stream and holds it to all that clients depend on: framing, numbers, order, items put together of their deltas, one end. */
export function responseStreamFrom(body: string): ResponseStream {
  const events = responseEventsOf(body)
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index))
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
  const last = events.at(-1)
  if (last?.type !== 'response.completed' && last?.type !== 'response.incomplete' && last?.type !== 'response.failed')
    throw new Error(`the stream ends with ${last?.type}`)
  expect(events.filter(({ type }) => /^response\.(?:completed|incomplete|failed)$/.test(type))).toHaveLength(1)
  const error = events.find((event) => event.type === 'error')
  expect(error === undefined).toBe(last.type !== 'response.failed')
  const { response } = last
  expect(
    new Set(
      events.flatMap((event) =>
        'response' in event ? `${event.response.id} ${event.response.created_at} ${event.response.model}` : []
      )
    ).size
  ).toBe(1)
  expect(response.status).toBe(last.type.slice('response.'.length))
  const done = itemsOf(events)
  expect(done).toEqual(
    response.output.filter((item) => item.status === 'completed' || done.some(({ id }) => id === item.id))
  )
  return { response, events, ...(error && { error: error.error }) }
}

/** Two lines for each event, its name and its data. */
export function responseEventsOf(body: string): StreamedEvent[] {
  expect(body.endsWith('\n\n')).toBe(true)
  return body
    .slice(0, -2)
    .split('\n\n')
    .map((text) => {
      const [, name, data] = /^event: ([a-z_.]+)\ndata: ([^\n\r]+)$/.exec(text) ?? []
      const event = responseEvent.parse(JSON.parse(data ?? 'null'))
      expect(event.type).toBe(name)
      return event
    })
}

/** The items that were done, each held to what was said of it, in the order in which they began. Only work goes on beside others. */
function itemsOf(events: readonly StreamedEvent[]): StreamedItem[] {
  const begun: { item: StreamedItem; said: string; done?: StreamedItem }[] = []
  for (const event of events) {
    if (!('output_index' in event)) continue
    if (event.type === 'response.output_item.added') {
      expect(event.output_index).toBe(begun.length)
      if (!isWork(event.item)) expect(begun.filter(({ item, done }) => !done && !isWork(item))).toEqual([])
      expect(event.item.status).toBe('in_progress')
      if (event.item.type !== 'web_search_call') expect(textOf(event.item)).toBe('')
      begun.push({ item: event.item, said: '' })
      continue
    }
    const at = begun[event.output_index]
    if (!at || at.done) throw new Error(`${event.type} tells of an item that is not open`)
    if ('item_id' in event) expect(event.item_id).toBe(at.item.id)
    if (event.type.endsWith('part.added')) expect(at.said).toBe('')
    else if ('delta' in event) at.said += event.delta
    else if ('text' in event) expect(event.text).toBe(at.said)
    else if ('part' in event) expect(partText(event.part)).toBe(at.said)
    else if ('refusal' in event) expect(event.refusal).toBe(at.said)
    else if ('input' in event) expect(event.input).toBe(at.said)
    else if ('arguments' in event) expect(event.arguments).toBe(at.said)
    else if (event.type === 'response.output_item.done') {
      expect([event.item.id, event.item.type]).toEqual([at.item.id, at.item.type])
      if (event.item.type !== 'web_search_call') expect(textOf(event.item)).toBe(at.said)
      expect(event.item.status).toMatch(isWork(event.item) ? /^(completed|failed)$/ : /^(completed|incomplete)$/)
      at.done = event.item
    }
  }
  return begun.flatMap(({ done }) => done ?? [])
}

const isWork = ({ type }: StreamedItem) => type === 'mcp_call' || type === 'web_search_call'

/** What an item says, in whatever way. */
export function textOf(item: StreamedItem): string {
  if (item.type === 'function_call' || item.type === 'mcp_call') return item.arguments
  if (item.type === 'custom_tool_call') return item.input
  if (item.type === 'web_search_call') return item.action.query
  return (item.type === 'message' ? item.content : item.summary).map(partText).join('')
}

function partText(part: { text: string } | { refusal: string }): string {
  return 'text' in part ? part.text : part.refusal
}
