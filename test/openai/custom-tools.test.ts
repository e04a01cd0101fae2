import { expect, it } from 'vitest'
import { customArguments, customFunction, customInput, flatFormat } from '../../src/openai/custom-tools.ts'

const rules = { syntax: 'lark', definition: 'start: "a"' }

it.each([undefined, { type: 'grammar' as const, ...rules }, { type: 'grammar' as const, grammar: rules }])(
  'a custom tool is a function of one text, which names the grammar: %j',
  (format) => {
    const { parameters, ...tool } = customFunction({ name: 'c', description: 'Does.', format })
    expect(tool).toEqual({ name: 'c', description: 'Does.' })
    const description = format ? 'The text, which must match this lark grammar:\nstart: "a"' : 'The text.'
    expect(parameters).toEqual({
      type: 'object',
      properties: { input: { type: 'string', description } },
      required: ['input'],
      additionalProperties: false
    })
    expect(flatFormat(format)).toEqual(format ? { type: 'grammar', ...rules } : { type: 'text' })
  }
)

it('a custom tool need not be described', () => {
  expect(customFunction({ name: 'c', description: '' })).not.toHaveProperty('description')
})

it.each(['', 'a "quoted"\ntext'])('the text %j of a call is what was sent', (text) => {
  expect(customInput(customArguments(text))).toBe(text)
})

it.each(['no JSON', '[]', '{"input":1}', '{"text":"a"}'])('what a model wrote otherwise is the text: %s', (json) => {
  expect(customInput(json)).toBe(json)
})
