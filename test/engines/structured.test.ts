import { expect, it } from 'vitest'
import { structured } from '../../src/engines/structured.ts'
import { completed, message, scriptedEngine } from '../support/scripted-engine.ts'

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
