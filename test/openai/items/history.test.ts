import { expect, it } from 'vitest'
import { historyFrom } from '../../../src/openai/items/history.ts'
import { readImage } from '../../support/images.ts'

it.each([
  [{}, {}],
  [{ phase: null }, {}],
  [{ phase: 'commentary' as const }, { phase: 'commentary' }]
])('a message in a history has a phase only where it has one: %j', (phase, expected) => {
  const item = { type: 'message' as const, role: 'assistant' as const, content: 'Hm.', ...phase }
  expect(historyFrom([item], [], readImage)).toEqual([
    { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hm.' }], ...expected }
  ])
})
