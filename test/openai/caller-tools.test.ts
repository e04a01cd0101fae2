import { expect, it } from 'vitest'
import { flattened } from '../../src/openai/caller-tools.ts'

it.each([
  [
    { type: 'function' as const, function: { name: 'f' } },
    { type: 'function', name: 'f' }
  ],
  [
    { type: 'custom' as const, custom: { name: 'c' } },
    { type: 'custom', name: 'c' }
  ],
  [
    { type: 'function' as const, name: 'f' },
    { type: 'function', name: 'f' }
  ]
])('a tool of either API has one form: %j', (tool, form) => {
  expect(flattened(tool)).toEqual(form)
})
