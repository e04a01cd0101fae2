import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { responseResource } from '../support/response-schemas.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

describe('calls in the history', () => {
  const served = callerToolsGateway()
  const functionItems = () =>
    served()
      .upstream.requests.at(-1)!
      .body.input.filter(({ type }) => type.startsWith('function'))
      .map(({ type, name, call_id, arguments: json, output }) => ({ type, name, call_id, arguments: json, output }))
  const image = {
    chat: { type: 'image_url', image_url: { url: png } },
    responses: { type: 'input_image', image_url: png }
  }

  it('of custom tools reach the model, by both APIs', async () => {
    const tools = [{ type: 'custom', name: 'run_it' }]
    served().upstream.answerNext(says('Done.'))
    await served().ask('chat', {
      tools,
      messages: [
        { role: 'user', content: 'Run it.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'run_it', input: 'x' } }]
        },
        { role: 'tool', tool_call_id: 'c', content: 'ok' }
      ]
    })
    const fromChat = functionItems()
    served().upstream.answerNext(says('Done.'))
    await served().ask('responses', {
      tools,
      input: [
        { type: 'message', role: 'user', content: 'Run it.' },
        { type: 'custom_tool_call', call_id: 'c', name: 'run_it', input: 'x' },
        { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' }
      ]
    })
    expect(fromChat).toMatchObject([
      { type: 'function_call', name: 'run_it', arguments: '{"input":"x"}', call_id: 'c' },
      { type: 'function_call_output', output: 'ok', call_id: 'c' }
    ])
    expect(functionItems()).toEqual(fromChat)
  })

  it('of custom tools are part of a stored response', async () => {
    const tools = [{ type: 'custom', name: 'run_it' }]
    served().upstream.answerNext(answer([functionCall('run_it', { input: 'x' })]))
    const first = await served().post('/responses', bodyOf('responses', { tools }))
    const { id, output } = responseResource.parse(await first.json())
    const [call] = output as unknown as [{ id: string; call_id: string }]
    const input = [
      { type: 'custom_tool_call_output', call_id: call.call_id, output: [{ type: 'input_text', text: 'ok' }] }
    ]
    served().upstream.answerNext(says('Done.'), says('Done.'))
    await served().ask('responses', { tools, input, previous_response_id: id })
    const expected = [{ name: 'run_it', arguments: '{"input":"x"}' }, { output: 'ok' }]
    expect(functionItems()).toMatchObject(expected)
    await served().ask('responses', { tools, input: [{ type: 'item_reference', id: call.id }, ...input] })
    expect(functionItems()).toMatchObject(expected)
  })

  it('may have results of several parts, images among them, by both APIs', async () => {
    served().upstream.answerNext(says('Fine.'))
    const parts = [{ type: 'text', text: 'a' }, image.chat, { type: 'text', text: 'b' }]
    await served().ask('chat', {
      tools: [lookUp],
      messages: [
        { role: 'user', content: 'Look.' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'look_up', arguments: '{}' } }]
        },
        { role: 'tool', tool_call_id: 'c', content: parts }
      ]
    })
    const fromChat = functionItems()
    expect(fromChat[1]).toMatchObject({
      output: [
        { type: 'input_text', text: 'a' },
        { type: 'input_image', image_url: png },
        { type: 'input_text', text: 'b' }
      ]
    })
    served().upstream.answerNext(says('Fine.'))
    await served().ask('responses', {
      tools: [lookUp],
      input: [
        { role: 'user', content: 'Look.' },
        { type: 'function_call', call_id: 'c', name: 'look_up', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_text', text: 'a' }, image.responses, { type: 'input_text', text: 'b' }]
        }
      ]
    })
    expect(functionItems()).toEqual(fromChat)
  })
})
