import { describe, expect, it } from 'vitest'
import { turnRequestFromChat } from '../../../src/api/chat/request.ts'
import { chatRequestFrom } from '../../../src/api/chat/schema.ts'
import { png, readImage } from '../../support/images.ts'

const model = { name: 'x', stripAnswerTags: false }
const turnFrom = (body: Record<string, unknown>) =>
  turnRequestFromChat(chatRequestFrom({ messages: [{ role: 'user', content: 'hi' }], ...body }), model, readImage)
const turnOf = (...messages: unknown[]) => turnFrom({ messages })
const text = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }))
const message = (role: string, ...texts: string[]) => ({ type: 'message', role, content: text(...texts) })
const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
const called = { type: 'tool_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }
const calling = { role: 'assistant', content: null, tool_calls: [call] }

describe('messages become a turn', () => {
  it('whose input is the last user message and whose history is all before it', () => {
    expect(
      turnOf(
        { role: 'system', content: 's' },
        { role: 'developer', content: 'd' },
        { role: 'user', content: 'u' },
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'now' }
      )
    ).toEqual({
      input: text('now'),
      history: [message('system', 's'), message('developer', 'd'), message('user', 'u'), message('assistant', 'a')]
    })
  })

  it.each([
    [
      'parts of text',
      [
        { type: 'text', text: 'a' },
        { type: 'input_text', text: 'b', cache_control: { type: 'ephemeral' } }
      ],
      text('a', 'b')
    ],
    [
      'an image before its text',
      [
        { type: 'image_url', image_url: { url: png, detail: 'auto' } },
        { type: 'text', text: 'a' }
      ],
      [{ type: 'image', url: png }, ...text('a')]
    ],
    ['an image as Responses clients send it', [{ type: 'input_image', image_url: png }], [{ type: 'image', url: png }]],
    ['nothing', '', text('')],
    ['null', null, text('')],
    ['no parts', [], text('')]
  ])('of a user message that is %s', (_title, content, input) => {
    expect(turnOf({ role: 'user', content })).toEqual({ input })
  })

  it.each([
    ['an assistant who speaks and calls', [{ ...calling, content: 'wait' }], [message('assistant', 'wait'), called]],
    ['an assistant who only calls', [calling], [called]],
    ['an assistant who only calls, with ""', [{ ...calling, content: '' }], [called]],
    ['an assistant without content', [{ role: 'assistant' }], [message('assistant', '')]],
    [
      'an assistant who refuses',
      [{ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }],
      [message('assistant', 'no')]
    ],
    [
      'an assistant whose refusal stands beside',
      [{ role: 'assistant', content: 'a', refusal: 'no' }],
      [message('assistant', 'a', 'no')]
    ],
    [
      'an assistant with null calls',
      [{ role: 'assistant', content: 'a', tool_calls: null, function_call: null }],
      [message('assistant', 'a')]
    ],
    [
      'a tool’s result',
      [calling, { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '5' }], name: 'f' }],
      [called, { type: 'tool_result', call_id: 'c1', output: text('5'), name: 'f' }]
    ],
    [
      'a function of before tools',
      [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '5' }
      ],
      [
        { type: 'tool_call', call_id: 'function_f', name: 'f', arguments: '{}' },
        { type: 'tool_result', call_id: 'function_f', output: text('5'), name: 'f' }
      ]
    ],
    ['a user with a name', [{ role: 'user', content: 'hi', name: 'bob' }], [{ ...message('user', 'hi'), name: 'bob' }]],
    ['a system alone', [{ role: 'system', content: 'hi' }], [message('system', 'hi')]]
  ])('without input after %s', (_title, messages, history) => {
    expect(turnOf(...messages)).toEqual({ input: [], history })
  })

  it.each([
    [[{ role: 'tool', tool_call_id: 'c9', content: 'x' }], 'messages[0].tool_call_id'],
    [[{ role: 'tool', tool_call_id: 'c1', content: 'x' }, calling], 'messages[0].tool_call_id'],
    [[calling, { role: 'tool', content: 'x' }], 'messages[1].tool_call_id'],
    [[{ role: 'function', name: 'f', content: 'x' }], 'messages[0].name'],
    [[{ role: 'system', content: [{ type: 'image_url', image_url: { url: png } }] }], 'messages[0].content[0].type'],
    [[{ role: 'user' }], 'messages[0].content'],
    [[{ role: 'assistant', tool_calls: [{ ...call, type: 'custom' }] }], 'messages[0].tool_calls[0].custom'],
    [
      [{ role: 'assistant', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] }],
      'messages[0].tool_calls[0].function.arguments'
    ],
    [[null], 'messages[0]']
  ])('or are refused: %#', (messages, param) => {
    expect(() => turnOf(...messages)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})

it('a list of very many bad members is refused by its first', () => {
  const messages = Array.from({ length: 10_000 }, () => ({ role: 'user', content: [1, 2, 3] }))
  expect(() => turnFrom({ messages })).toThrow(expect.objectContaining({ param: 'messages[0].content[0]' }))
})
