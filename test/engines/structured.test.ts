import { expect, it } from 'vitest'
import { structured } from '../../src/engines/structured.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import { completed, message, reasoning, scriptedEngine, toolCall, usage } from '../support/scripted-engine.ts'

const cutOff: TurnEvent = { type: 'turn.completed', cut: 'length' }
const interrupted: TurnEvent = { type: 'turn.interrupted', reason: 'elsewhere' }
const outputSchema = { type: 'object', properties: { a: { type: 'string' } } }

it('an answer whose nulls are taken out gives a sign of life for each of its pieces, and comes when it is complete', async () => {
  const engine = structured(scriptedEngine([...message('m', '{"a":', 'null}'), completed]))
  const seen: unknown[] = []
  for await (const event of engine.run({ input: [], outputSchema }, new AbortController().signal))
    seen.push(event.type === 'item.delta' ? event.delta : event.type)
  expect(seen).toEqual(['text.withheld', 'text.withheld', '{}', 'item.completed', 'turn.completed'])
})

it.each([
  ['is closed on its way to the model', outputSchema, 0],
  ['is described in words, where it cannot be', { type: 'object', additionalProperties: { type: 'string' } }, 1]
])('a schema that is not strict %s', async (_how, schema, messages) => {
  const scripted = scriptedEngine([...message('m', '{}'), completed])
  const history = [{ type: 'message', role: 'user', content: [{ type: 'text', text: 'before' }] }] as const
  const request = { input: [], history: [{ ...history[0], content: [...history[0].content] }], outputSchema: schema }
  for await (const _event of structured(scripted).run(request, new AbortController().signal));
  const [asked] = scripted.turns.map((turn) => turn.request)
  expect(asked?.outputSchema).not.toEqual(schema)
  expect(asked?.history).toHaveLength(1 + messages)
  if (messages > 0)
    expect(JSON.stringify(asked?.history?.at(-1))).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1))
})

const nulls = '{"a":null}'
it.each<[string, TurnEvent[], unknown]>([
  ['is read when it is complete', [...message('m', nulls), completed], ['{}', completed]],
  [
    'comes after what the model thought',
    [...reasoning('r', 'Hm.'), ...message('m', nulls), completed],
    ['{}', completed]
  ],
  ['beside calls is what it is', [...message('m', nulls), toolCall('c', 'f', '{}'), completed], [nulls, completed]],
  ['that is cut off is what it is', [...message('m', nulls), cutOff], [nulls, cutOff]],
  ['that is empty is what it is', [...message('m', ''), completed], ['', completed]],
  ['of a turn that was ended is what it is', [...message('m', nulls), interrupted], [nulls, interrupted]],
  ['may be none', [completed], [undefined, completed]]
])('an answer %s', async (_what, events, expected) => {
  const all = await eventsOf(structured(scriptedEngine(events)), { outputSchema })
  const answer = all.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text] : []
  )
  expect([answer[0], all.at(-1)]).toEqual(expected)
  const deltas = all.flatMap((event) =>
    event.type === 'item.delta' && event.item_type === 'agent_message' ? [event.delta] : []
  )
  expect(deltas).toEqual(answer.filter((text) => text !== ''))
})

it('an answer that does not follow its schema fails the turn, with its tokens', async () => {
  const described = { type: 'object', additionalProperties: { type: 'string' } }
  const scripted = scriptedEngine([...message('m', '{"a":1}'), completed])
  const all = await eventsOf(structured(scripted), { outputSchema: described })
  expect(all.at(-1)).toMatchObject({ type: 'turn.failed', error: { reason: 'answer_mismatch' }, usage })
})

it('a schema that is strict goes to the model as it is', async () => {
  const scripted = scriptedEngine([...message('m', 'Hm.'), completed])
  const all = await eventsOf(structured(scripted), { outputSchema, strictOutput: true })
  expect([scripted.turns[0]?.request.outputSchema, all.at(-1)]).toEqual([outputSchema, completed])
})

async function eventsOf(engine: Engine, request: Partial<TurnRequest>): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of engine.run({ input: [], ...request }, new AbortController().signal)) all.push(event)
  return all
}
