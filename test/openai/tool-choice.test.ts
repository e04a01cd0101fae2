import { expect, it } from 'vitest'
import { chosen, choosesHosted } from '../../src/openai/tool-choice.ts'
import type { SentChoice } from '../../src/openai/tool-choice.ts'

const functions = [{ name: 'f' }, { name: 'g' }]
const nested = (name: string) => ({ type: 'function' as const, function: { name } })

it.each<[SentChoice | null | undefined, unknown]>([
  [undefined, { functions, toolChoice: undefined }],
  [null, { functions, toolChoice: undefined }],
  ['none', { functions, toolChoice: 'none' }],
  [{ type: 'auto' }, { functions, toolChoice: 'auto' }],
  ['required', { functions, toolChoice: 'required' }],
  [{ type: 'web_search' }, { functions, toolChoice: undefined }],
  [nested('g'), { functions, toolChoice: { name: 'g' } }],
  [
    { type: 'custom', custom: { name: 'g' } },
    { functions, toolChoice: { name: 'g' } }
  ],
  [
    { type: 'function', name: 'f' },
    { functions, toolChoice: { name: 'f' } }
  ],
  [
    { type: 'allowed_tools', mode: 'required', tools: [nested('g'), { type: 'mcp' }] },
    { functions: [{ name: 'g' }], toolChoice: 'required' }
  ],
  [
    { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [nested('f')] } },
    { functions: [{ name: 'f' }], toolChoice: 'auto' }
  ]
])('of two functions the choice %j leaves', (choice, expected) => {
  expect(chosen(choice, functions)).toEqual(expected)
})

it.each<[SentChoice, string]>([
  [nested('x'), 'tool_choice.function.name'],
  [{ type: 'custom', custom: { name: 'x' } }, 'tool_choice.custom.name'],
  [{ type: 'function', name: 'x' }, 'tool_choice.name'],
  [{ type: 'allowed_tools', mode: 'auto', tools: [nested('f'), nested('x')] }, 'tool_choice.tools[1].function.name'],
  [
    { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', name: 'x' }] } },
    'tool_choice.allowed_tools.tools[0].name'
  ]
])('a choice of a tool that is not there is refused at its place: %j', (choice, param) => {
  expect(() => chosen(choice, functions)).toThrow(expect.objectContaining({ param }))
})

it('a call is required only where there is something to call', () => {
  expect(() => chosen('required', [])).toThrow("'tool_choice' is 'required', but there are no functions in 'tools'.")
  expect(chosen('required', [], true)).toEqual({ functions: [], toolChoice: undefined })
})

it('other tools change nothing where there is a function to call, or none is required', () => {
  expect(chosen('required', functions, true)).toEqual({ functions, toolChoice: 'required' })
  expect(chosen('none', [], true)).toEqual({ functions: [], toolChoice: 'none' })
  expect(chosen('auto', [])).toEqual({ functions: [], toolChoice: 'auto' })
})

it('a tool of OpenAI’s is chosen by its type', () => {
  const choices: (SentChoice | null | undefined)[] = [undefined, null, 'auto', nested('f'), { type: 'shell' }]
  expect(choices.map(choosesHosted)).toEqual([false, false, false, false, true])
})
