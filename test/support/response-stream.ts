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
  const events = eventsOf(body)
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index))
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
  const last = events.at(-1)
  if (last?.type !== 'response.completed' && last?.type !== 'response.failed') throw new Error(`the stream ends with ${last?.type}`)
  expect(events.filter(({ type }) => type === 'response.completed' || type === 'response.failed')).toHaveLength(1)
  const error = events.find((event) => event.type === 'error')
  expect(error === undefined).toBe(last.type === 'response.completed')
  const { response } = last
  expect(new Set(events.flatMap((event) => ('response' in event ? `${event.response.id} ${event.response.created_at} ${event.response.model}` : []))).size).toBe(1)
  expect(response.status).toBe(last.type.slice('response.'.length))
  expect(itemsOf(events)).toEqual(response.output.filter(({ status }) => status === 'completed'))
  return { response, events, ...(error && { error: error.error }) }
}

/** Two lines for each event, its name and its data. */
function eventsOf(body: string): StreamedEvent[] {
  expect(body.endsWith('\n\n')).toBe(true)
  return body.slice(0, -2).split('\n\n').map((text) => {
    const [, name, data] = /^event: ([a-z_.]+)\ndata: ([^\n\r]+)$/.exec(text) ?? []
    const event = responseEvent.parse(JSON.parse(data ?? 'null'))
    expect(event.type).toBe(name)
    return event
  })
}

/** The items that were done, each held to what was said of it, in order. */
function itemsOf(events: readonly StreamedEvent[]): StreamedItem[] {
  const done: StreamedItem[] = []
  let open: StreamedItem | undefined
  let said: string[] = []
  for (const event of events) {
    if ('item_id' in event) expect([event.item_id, event.output_index]).toEqual([open?.id, done.length])
    if ('item' in event) expect(event.output_index).toBe(done.length)
    if (event.type === 'response.output_item.added') {
      expect(open).toBeUndefined()
      open = event.item
      said = []
      expect([event.item.status, textOf(event.item)]).toEqual(['in_progress', ''])
    } else if (event.type.endsWith('part.added')) expect(said).toEqual([])
    else if ('delta' in event) said.push(event.delta)
    else if ('text' in event) expect(event.text).toBe(said.join(''))
    else if ('part' in event) expect(event.part.text).toBe(said.join(''))
    else if ('arguments' in event) expect(event.arguments).toBe(said.join(''))
    else if (event.type === 'response.output_item.done') {
      expect([event.item.id, event.item.status, textOf(event.item)]).toEqual([open?.id, 'completed', said.join('')])
      done.push(event.item)
      open = undefined
    }
  }
  return done
}

/** What an item says, in whatever way. */
export function textOf(item: StreamedItem): string {
  if (item.type === 'function_call') return item.arguments
  return (item.type === 'message' ? item.content : item.summary).map(({ text }) => text).join('')
}
