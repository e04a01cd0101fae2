import { describe, expect, it } from 'vitest'
import { turnRequestFromResponse } from '../../../src/api/responses/request.ts'
import { responseRequestFrom } from '../../../src/api/responses/schema.ts'
import { png, readImage } from '../../support/images.ts'

const model = { name: 'x', stripAnswerTags: false }
const turnFrom = (body: Record<string, unknown>) =>
  turnRequestFromResponse(responseRequestFrom({ input: 'hi', ...body }), model, [], readImage)
const turnOf = (...input: unknown[]) => turnFrom({ input })
const text = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }))
const message = (role: string, ...texts: string[]) => ({ type: 'message', role, content: text(...texts) })
const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }
const called = { type: 'tool_call', call_id: 'c1', name: 'f', arguments: '{"a":1}' }

describe('input becomes a turn', () => {
  it('from a text', () => {
    expect(turnFrom({ input: 'now' })).toEqual({ input: text('now') })
  })

  it('whose input is the last user message and whose history is all before it', () => {
    expect(
      turnOf(
        { role: 'system', content: 's' },
        { type: 'message', role: 'developer', content: 'd' },
        { role: 'user', content: [{ type: 'input_text', text: 'u' }] },
        {
          role: 'assistant',
          content: [{ type: 'output_text', text: 'a', annotations: [] }],
          id: 'msg_1',
          status: 'completed'
        },
        { role: 'user', content: 'now' }
      )
    ).toEqual({
      input: text('now'),
      history: [message('system', 's'), message('developer', 'd'), message('user', 'u'), message('assistant', 'a')]
    })
  })

  it.each([
    [
      'an image before its text',
      [
        { type: 'input_image', image_url: png, detail: 'auto' },
        { type: 'input_text', text: 'a' }
      ],
      [{ type: 'image', url: png }, ...text('a')]
    ],
    [
      'an image as chat clients send it',
      [{ type: 'image_url', image_url: { url: png } }],
      [{ type: 'image', url: png }]
    ],
    ['nothing', '', text('')],
    ['null', null, text('')],
    ['no parts', [], text('')]
  ])('of a user message that is %s', (_title, content, input) => {
    expect(turnOf({ role: 'user', content })).toEqual({ input })
  })

  it.each([
    [
      'a call and its output',
      [
        { ...call, id: 'fc_1', status: 'completed' },
        { type: 'function_call_output', call_id: 'c1', output: '5' }
      ],
      [called, { type: 'tool_result', call_id: 'c1', output: text('5') }]
    ],
    [
      'an output in parts',
      [
        call,
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: '5' },
            { type: 'input_image', image_url: png }
          ]
        }
      ],
      [called, { type: 'tool_result', call_id: 'c1', output: [...text('5'), { type: 'image', url: png }] }]
    ],
    [
      'a refusal',
      [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }],
      [message('assistant', 'no')]
    ],
    [
      'reasoning, which Codex does anew',
      [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: null },
        { role: 'assistant', content: '' }
      ],
      [message('assistant', '')]
    ]
  ])('without input after %s', (_title, input, history) => {
    expect(turnOf(...input)).toEqual({ input: [], history })
  })

  it.each([
    [[], 'input'],
    [7, 'input'],
    [[7], 'input[0]'],
    [[{ role: 'robot', content: 'x' }], 'input[0].role'],
    [[{ content: 'x' }], 'input[0].role'],
    [[{ type: 'abacus_call', id: 'x' }], 'input[0].type'],
    [[{ role: 'user', content: [{ type: 'input_audio' }] }], 'input[0].content[0].type'],
    [[{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }], 'input[0].content[0].image_url'],
    [
      [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/a.png' }] }],
      'input[0].content[0].image_url'
    ],
    [[{ role: 'system', content: [{ type: 'input_image', image_url: png }] }], 'input[0].content[0].type'],
    [[{ type: 'function_call', name: 'f', arguments: '{}' }], 'input[0].call_id'],
    [[{ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }], 'input[0].arguments'],
    [[{ type: 'function_call_output', call_id: 'c1', output: 'x' }, call], 'input[0].call_id'],
    [[{ type: 'item_reference', id: 'msg_1' }], 'input[0].id'],
    [[{ id: 'msg_1' }], 'input[0].id']
  ])('or is refused by the name of its field: %j', (input, param) => {
    expect(() => turnFrom({ input })).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})
