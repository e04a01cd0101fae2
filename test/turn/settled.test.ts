import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { TurnEvent } from '../../src/turn/event.ts'
import { settled } from '../../src/turn/settled.ts'

async function settledFrom(events: TurnEvent[]): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of settled(Readable.from(events))) all.push(event)
  return all
}

const delta = (item_id: string, text: string): TurnEvent => ({
  type: 'item.delta',
  item_id,
  item_type: 'agent_message',
  delta: text
})
const completed = (id: string, text: string): TurnEvent => ({
  type: 'item.completed',
  item: { id, type: 'agent_message', text }
})
const end: TurnEvent = { type: 'turn.completed' }

it('a text comes in one delta when it is complete', async () => {
  const events = [delta('a', 'x'), delta('a', 'y'), completed('a', 'xy'), end]
  expect(await settledFrom(events)).toEqual([delta('a', 'xy'), completed('a', 'xy'), end])
})

it('what is discarded does not come', async () => {
  const lost: TurnEvent = { type: 'error', message: 'lost' }
  const discarded: TurnEvent = { type: 'item.discarded', item_id: 'a' }
  const events = [delta('a', 'x'), discarded, lost, delta('b', 'y'), completed('b', 'y'), end]
  expect(await settledFrom(events)).toEqual([lost, delta('b', 'y'), completed('b', 'y'), end])
})

it('half a text comes at the end of its turn', async () => {
  const cut: TurnEvent = { type: 'turn.completed', cut: 'length' }
  expect(await settledFrom([delta('a', 'x'), delta('a', 'y'), cut])).toEqual([delta('a', 'xy'), cut])
})

it('the output of a command comes at once', async () => {
  const output: TurnEvent = { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'out' }
  expect(await settledFrom([delta('a', 'x'), output, end])).toEqual([output, delta('a', 'x'), end])
})
