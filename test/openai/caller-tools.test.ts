import { expect, it } from 'vitest'
import { customNames, flattened, offeredFunctions, strictPlaces } from '../../src/openai/caller-tools.ts'
import type { CallerTool } from '../../src/openai/caller-tools.ts'

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

const at = (index: number) => `tools[${index}]`
const tools: CallerTool[] = [
  { type: 'function', name: 'f', strict: true },
  { type: 'custom', name: 'c', description: 'Free.' },
  { type: 'function', name: 'g', strict: false },
  { type: 'function', name: 'h' }
]

it('custom tools are known by their names, and offered as functions of one text', () => {
  expect(customNames(tools)).toEqual(new Set(['c']))
  const [f, c, ...others] = offeredFunctions(tools, at)
  expect(f).toEqual({ name: 'f', strict: true })
  expect(c).toMatchObject({ name: 'c', description: 'Free.', parameters: { required: ['input'] } })
  expect(others.map(({ name }) => name)).toEqual(['g', 'h'])
})

it('strict functions are named by their places, as many as a header has room for', () => {
  expect(strictPlaces(tools, at)).toEqual(['tools[0].strict'])
  const strict = (count: number) =>
    strictPlaces(
      Array.from({ length: count }, () => ({ type: 'function' as const, name: 'f', strict: true })),
      at
    )
  expect([strict(16).length, strict(16).includes('tools')]).toEqual([16, false])
  expect([strict(17).length, strict(17).at(-1)]).toEqual([17, 'tools'])
})
