import { expect, it } from 'vitest'
import { checkParts, historyFrom } from '../../../src/openai/items/history.ts'
import { png, readImage } from '../../support/images.ts'

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

const call = { type: 'function_call' as const, call_id: 'c', name: 'f', arguments: '{}' }
const output = { type: 'function_call_output' as const, call_id: 'c', output: 'Done.' }
const result = { type: 'tool_result', call_id: 'c', output: [{ type: 'text', text: 'Done.' }] }
const custom = { type: 'custom_tool_call' as const, call_id: 'c', name: 'f', input: 'x' }

it('a text is the message of a user after what was before', () => {
  const before = historyFrom('One.', [], readImage)
  expect(before).toEqual([{ type: 'message', role: 'user', content: [{ type: 'text', text: 'One.' }] }])
  expect(historyFrom('Two.', before, readImage)).toEqual([
    ...before,
    { type: 'message', role: 'user', content: [{ type: 'text', text: 'Two.' }] }
  ])
})

it('an output follows its call, in the same items or in those before', () => {
  expect(historyFrom([call, output], [], readImage)).toEqual([{ ...call, type: 'tool_call' }, result])
  expect(historyFrom([output], [{ ...call, type: 'tool_call' }], readImage)).toEqual([
    { ...call, type: 'tool_call' },
    result
  ])
  expect(historyFrom([custom, { ...output, type: 'custom_tool_call_output' }], [], readImage)).toEqual([
    { type: 'tool_call', call_id: 'c', name: 'f', arguments: '{"input":"x"}' },
    result
  ])
})

it.each([
  [output, 'No tool call found for function call output with call_id c.', 'input[0].call_id'],
  [
    { ...output, type: 'custom_tool_call_output' as const, call_id: 'd'.repeat(200) },
    `No tool call found for custom tool call output with call_id ${'d'.repeat(128)}.`,
    'input[0].call_id'
  ],
  [
    { type: 'item_reference' as const, id: 'msg_1' },
    "Item with id 'msg_1' not found. Send the item itself.",
    'input[0].id'
  ]
])('an item without the one that it needs is refused: %j', (item, message, param) => {
  expect(() => historyFrom([item, call], [], readImage)).toThrow(expect.objectContaining({ message, param }))
})

it('reasoning is in a history where it can be sent back', () => {
  const summary = [{ type: 'summary_text' as const, text: 'Thought.' }]
  expect(
    historyFrom(
      [
        { type: 'reasoning', encrypted_content: 'x', summary },
        { type: 'reasoning', encrypted_content: 'y' },
        { type: 'reasoning', summary }
      ],
      [],
      readImage
    )
  ).toEqual([
    { type: 'reasoning', encrypted_content: 'x', summary: ['Thought.'] },
    { type: 'reasoning', encrypted_content: 'y', summary: [] }
  ])
})

it('a screenshot is read at its place', () => {
  const computer = (output: unknown) => [
    { type: 'computer_call' as const, call_id: 'c', action: { type: 'screenshot' } },
    { type: 'computer_call_output' as const, call_id: 'c', output }
  ]
  expect(historyFrom(computer({ type: 'computer_screenshot', image_url: png }), [], readImage)).toEqual([
    { type: 'tool_call', call_id: 'c', name: 'computer', arguments: '{"type":"screenshot"}' },
    { type: 'tool_result', call_id: 'c', output: [expect.objectContaining({ type: 'image' })] }
  ])
  expect(historyFrom(computer({ file_id: 'file-1' }), [], readImage)[1]).toMatchObject({
    output: [{ type: 'text', text: '{"file_id":"file-1"}' }]
  })
  expect(historyFrom(computer(null), [], readImage)[1]).toMatchObject({ output: [{ type: 'text', text: '""' }] })
  const wrong: unknown = expect.objectContaining({ param: 'input[1].output.image_url' })
  expect(() => historyFrom(computer({ image_url: 'data:image/png;base64,AAAA' }), [], readImage)).toThrow(wrong)
  expect(() => checkParts(computer({ image_url: 'data:image/png;base64,AAAA' }), 'input', readImage)).toThrow(wrong)
})

it('parts that cannot be read are found before a turn: of messages, and of outputs', () => {
  const content = [{ type: 'input_image' as const, image_url: 'data:image/png;base64,AAAA' }]
  const message = { type: 'message' as const, role: 'user' as const, content }
  expect(() => checkParts([call, message], 'items', readImage)).toThrow(
    expect.objectContaining({ param: 'items[1].content[0].image_url' })
  )
  expect(() => checkParts([{ ...output, output: content }], 'items', readImage)).toThrow(
    expect.objectContaining({ param: 'items[0].output[0].image_url' })
  )
})
