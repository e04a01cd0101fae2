import { describe, expect, it } from 'vitest'
import { chatParameters } from '../../src/api/chat/parameters.ts'
import { ignoredParameters } from '../../src/http/parameters.ts'

const engines = [{ name: 'plain' }, { name: 'tooled', can: { tools: true } }]
const ignored = ignoredParameters(chatParameters, engines, 'ignore')
const rejected = (body: Record<string, unknown>) => () => ignoredParameters(chatParameters, engines, 'reject')(body)

describe('parameters of a chat completion', () => {
  it('that have no effect are named, in the request’s order', () => {
    expect(ignored({ seed: 1, temperature: 0, max_tokens: 3000, messages: [], model: 'x', unheard_of: true })).toEqual([
      'seed',
      'temperature',
      'max_tokens'
    ])
  })

  it('that are null, or ask for what happens anyway, are not', () => {
    const harmless = {
      n: 1,
      logprobs: false,
      top_logprobs: 0,
      modalities: ['text'],
      audio: null,
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      logit_bias: {},
      store: false,
      service_tier: 'auto',
      functions: [],
      seed: null,
      metadata: {}
    }
    expect(ignored(harmless)).toEqual([])
    expect(rejected(harmless)).not.toThrow()
  })

  it.each([
    ['audio', { voice: 'alloy', format: 'wav' }],
    ['modalities', ['text', 'audio']],
    ['modalities', { 0: 'text' }],
    ['logprobs', true],
    ['top_logprobs', 3]
  ])('that would change what the answer is are refused: %s = %j', (name, value) => {
    expect(() => ignored({ [name]: value })).toThrow(expect.objectContaining({ code: 'unsupported', param: name }))
  })

  it('that have no effect are refused where the operator wants that', () => {
    expect(rejected({ temperature: 0 })).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        param: 'temperature',
        message: expect.stringContaining("'temperature'") as string
      })
    )
  })

  it('that only one engine can honour are left to the engine', () => {
    expect(rejected({ tools: [{}], tool_choice: 'auto', parallel_tool_calls: true })).not.toThrow()
  })

  it('that no engine can honour are refused', () => {
    const plain = ignoredParameters(chatParameters, [{ name: 'plain' }], 'ignore')
    expect(() => plain({ tools: [{}] })).toThrow(expect.objectContaining({ code: 'unsupported', param: 'tools' }))
  })

  it('may nest without end', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown
    expect(ignored({ user: deep, logit_bias: { a: deep } })).toEqual(['user', 'logit_bias'])
  })
})
