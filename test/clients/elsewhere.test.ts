import { describe, expect, it } from 'vitest'
import { passedOverTypes } from '../../src/openai/items/foreign-items.ts'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

interface Failure {
  error: { param: string; message: string }
}

describe.each(['assistant', 'live'])('a conversation that began elsewhere, continued by %s', (model) => {
  const served = sharedGateway()
  const post = (path: string, body: object) =>
    fetch(served().baseURL + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${served().apiKey}` },
      body: JSON.stringify({ model, ...body })
    })
  const sent = () => JSON.stringify(served().upstream.requests.at(-1)?.body.input)
  const user = { role: 'user', content: 'Go on.' }

  it('passes over what OpenAI’s own tools have done, and names it', async () => {
    served().upstream.answerAll(says('Hello.'))
    const foreign = passedOverTypes.map((type, index) => ({ id: `x_${index}`, type, status: 'completed' }))
    const response = await post('/responses', { store: false, input: [...foreign, user] })
    const places = passedOverTypes.map((_, index) => `input[${index}]`)
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, places.join(', ')])
    expect(sent()).toContain('Go on.')
    const many = await post('/responses', { store: false, input: [...foreign, ...foreign, user] })
    expect(many.headers.get('x-ignored-parameters')).toBe([...places, 'input'].join(', '))
  })

  it.each([
    ['shell_call', { action: { commands: ['ls'] } }, { output: [{ stdout: 'a.txt', stderr: '' }] }, 'a.txt'],
    ['local_shell_call', { action: { type: 'exec', command: ['ls'] } }, { output: 'a.txt' }, 'a.txt'],
    ['apply_patch_call', { operation: { type: 'delete_file', path: 'old.txt' } }, { output: 'Deleted.' }, 'Deleted.'],
    [
      'computer_call',
      { action: { type: 'click', x: 7 } },
      { output: { type: 'computer_screenshot', image_url: png } },
      'image'
    ]
  ])('sends a %s and its output', async (type, call, output, shown) => {
    served().upstream.answerAll(says('Hello.'))
    const response = await post('/responses', {
      input: [
        { role: 'user', content: 'Hi.' },
        { type, id: 'i1', call_id: 'c1', ...call },
        { type: `${type}_output`, ...(type === 'local_shell_call' ? { id: 'c1' } : { call_id: 'c1' }), ...output },
        user
      ]
    })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, null])
    expect(sent()).toContain(type.replace('_call', ''))
    expect(sent()).toContain(shown)
  })

  it('passes over a call without an output and an output without a call', async () => {
    served().upstream.answerAll(says('Hello.'))
    const response = await post('/responses', {
      input: [
        { type: 'shell_call_output', call_id: 'c2', output: [] },
        { type: 'shell_call', call_id: 'c1', action: {} },
        user
      ]
    })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'input[0], input[1]'])
  })

  it.each([
    ['a thought', [{ type: 'reasoning', summary: [] }]],
    ['a search', [{ type: 'web_search_call', status: 'completed' }]],
    [
      'empty messages',
      [
        { role: 'user', content: '' },
        { role: 'assistant', content: ' ' }
      ]
    ],
    ['no text', '']
  ])('refuses %s alone', async (_title, input) => {
    const response = await post('/responses', { input })
    expect([response.status, ((await response.json()) as Failure).error.param]).toEqual([400, 'input'])
  })

  it('refuses messages without any content', async () => {
    const response = await post('/chat/completions', { messages: [{ role: 'user', content: '' }] })
    expect([response.status, ((await response.json()) as Failure).error.param]).toEqual([400, 'messages'])
  })

  it.each(['/chat/completions', '/responses'])('leaves out an assistant’s thoughts on %s', async (path) => {
    served().upstream.answerAll(says('Hello.'))
    const assistant = {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'secret hm', signature: 's' },
        { type: 'text', text: 'the answer' }
      ]
    }
    const items = [{ role: 'user', content: 'Hi.' }, assistant, user]
    const response = await post(path, path === '/responses' ? { input: items } : { messages: items })
    expect(response.status).toBe(200)
    expect(sent()).toContain('the answer')
    expect(sent()).not.toContain('secret hm')
  })

  it('takes the body of a response as a chat completion', async () => {
    served().upstream.answerAll(says('Hello.'))
    const response = await post('/chat/completions', {
      instructions: 'Be brief.',
      text: { format: { type: 'text' } },
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
        { type: 'reasoning', summary: [] },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_output', call_id: 'c1', output: 'rain' }
      ]
    })
    expect(response.headers.get('x-ignored-parameters')).toBe('input[1]')
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hello.' } }]
    })
    expect(sent()).toMatch(/Weather\?.*Oslo.*rain/)
    const short = await post('/chat/completions', { input: 'Hi', stream: true })
    expect(await short.text()).toMatch(/chat\.completion\.chunk[^]*\[DONE\]/)
  })

  it('takes the body of a chat completion as a response', async () => {
    served().upstream.answerAll(says('{"a":1}'))
    const response = await post('/responses', {
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'n',
          strict: true,
          schema: {
            type: 'object',
            properties: { a: { type: 'integer' } },
            required: ['a'],
            additionalProperties: false
          }
        }
      },
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: png } }
          ]
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }]
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' }
      ]
    })
    expect(await response.json()).toMatchObject({ object: 'response', text: { format: { type: 'json_schema' } } })
    expect(sent()).toMatch(/Be brief.*Weather\?.*Oslo.*rain/)
  })

  it.each([
    ['/chat/completions', { messages: [user], tools: [{ type: 'function', name: 'wait' }] }],
    ['/responses', { input: [user], tools: [{ type: 'function', function: { name: 'wait' } }] }]
  ])('takes a tool on %s as the other API describes it', async (path, body) => {
    served().upstream.answerAll(says('Hello.'))
    if (model === 'assistant') Object.assign(body, { model: 'gpt-5.5' }) // which is not bound to exec
    expect((await post(path, body)).status).toBe(200)
    expect(
      served()
        .upstream.requests.at(-1)
        ?.tools.map(({ name }) => name)
    ).toEqual(['wait'])
  })
})
