import { describe, expect, it } from 'vitest'
import { inputItem } from '../../../src/openai/items/item.ts'
import { listedItems } from '../../../src/openai/items/listed.ts'

const listed = (item: object) => listedItems([inputItem.parse(item)], 'k')[0]
const id = (prefix: string) => `${prefix}_ink0000`

describe('an item as it is listed', () => {
  it.each([
    ['user', { type: 'input_text', text: 'a' }],
    ['assistant', { type: 'output_text', text: 'a', annotations: [], logprobs: [] }]
  ])('has every text of %s as a part, however it was sent', (role, part) => {
    const message = { id: id('msg'), type: 'message', role, status: 'completed', content: [part] }
    expect(listed({ role, content: 'a' })).toEqual(message)
    expect(listed({ role, content: [{ type: 'text', text: 'a' }] })).toEqual(message)
  })

  it('has images as the Responses API does, however they were sent', () => {
    const url = 'data:image/png;base64,AA=='
    const image = { type: 'input_image', image_url: url, file_id: null }
    const content = [
      { type: 'input_image', image_url: url, detail: 'low' },
      { type: 'image_url', image_url: { url } }
    ]
    const parts = [
      { ...image, detail: 'low' },
      { ...image, detail: 'auto' }
    ]
    expect(listed({ role: 'user', content })).toMatchObject({ content: parts })
    expect(listed({ type: 'function_call_output', call_id: 'c', output: content })).toEqual({
      id: id('fco'),
      type: 'function_call_output',
      call_id: 'c',
      status: 'completed',
      output: parts
    })
  })

  it('still names its call, where it did so by its own id', () => {
    expect(listed({ type: 'local_shell_call_output', id: 'call_1', output: 'x' })).toMatchObject({
      id: id('item'),
      call_id: 'call_1'
    })
  })

  it('has files and refusals as they were sent, and no thoughts of others', () => {
    const file = { file_data: 'YQ==', filename: 'a.txt' }
    const content = [
      { type: 'file', file },
      { type: 'input_file', ...file }
    ]
    const sent = { type: 'input_file', ...file }
    expect(listed({ role: 'user', content })).toMatchObject({ content: [sent, sent] })
    const refusal = { type: 'refusal', refusal: 'No.' }
    const answer = [refusal, { type: 'thinking', thinking: 'Hm.' }]
    expect(listed({ role: 'assistant', content: answer })).toMatchObject({ content: [refusal] })
  })

  it('has the output of a call as it was, with texts as inputs', () => {
    const output = (value: unknown) => listed({ type: 'function_call_output', call_id: 'c', output: value })
    expect(output('x')).toMatchObject({ output: 'x' })
    expect(output(null)).toMatchObject({ output: '' })
    expect(output([{ type: 'input_text', text: 'x' }])).toMatchObject({ output: [{ type: 'input_text', text: 'x' }] })
  })

  it('keeps the id of its call beside its own', () => {
    const item = { type: 'local_shell_call_output', id: 'x', call_id: 'call_1', output: 'x' }
    expect(listed(item)).toMatchObject({ id: id('item'), call_id: 'call_1' })
    expect(listed({ type: 'web_search_call', id: 'x', status: 'completed' })).not.toHaveProperty('call_id')
  })

  it('can be sent again', () => {
    for (const item of [
      { role: 'user', content: 'a' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: null },
      { type: 'reasoning', encrypted_content: 'x' }
    ])
      expect(inputItem.safeParse(listed(item)).success).toBe(true)
  })
})
