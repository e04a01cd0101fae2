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
