import { describe, expect, it } from 'vitest'
import { errorBody } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom } from '../support/response-stream.ts'
import { answer } from '../support/upstream/answer.ts'
import { message, reasoning } from '../support/upstream/items.ts'
import { postTo, sharedGateway } from './shared-gateway.ts'

const gateway = sharedGateway()

const post = (path: string, body: object) => postTo(gateway(), path, body)

const include = ['reasoning.encrypted_content']
const thinks = answer([reasoning('Let me see.'), message('42', 'final_answer')])
const make = async (body: object) =>
  responseResource.parse(await (await post('/responses', { model: 'gpt-5.5', include, ...body })).json())
const sentItems = () => gateway().upstream.requests.at(-1)?.body.input ?? []
const sentReasoning = () => sentItems().filter(({ type }) => type === 'reasoning')

describe('the encrypted reasoning of a response', () => {
  it.each([
    [{}, []],
    [{ reasoning: { summary: 'auto' } }, [{ type: 'summary_text', text: 'Let me see.' }]]
  ])('is in its output, whole and streamed, where it is asked for: %j', async (more, summary) => {
    gateway().upstream.answerAll(thinks)
    const { output } = await make({ input: 'Hi', store: false, ...more })
    const expected = { type: 'reasoning', status: 'completed', summary, encrypted_content: 'sealed' }
    expect(output).toMatchObject([expected, { type: 'message', phase: 'final_answer' }])
    const body = { model: 'gpt-5.5', include, input: 'Hi', store: false, stream: true, ...more }
    const stream = responseStreamFrom(await (await post('/responses', body)).text())
    expect(stream.response.output).toMatchObject([expected, { type: 'message' }])
  })

  it('is not there where it is not', async () => {
    gateway().upstream.answerAll(thinks)
    const { output } = await make({ input: 'Hi', model: 'live', include: [], reasoning: { summary: 'auto' } })
    expect(output[0]).not.toHaveProperty('encrypted_content')
  })

  it('reaches the model when it is sent back, with the phase of the message', async () => {
    gateway().upstream.answerAll(thinks)
    const input = [{ role: 'user', content: 'Hi' }]
    const { output } = await make({ input, store: false })
    const more = { instructions: 'In a new thread.', store: false }
    await make({ input: [...input, ...output, { role: 'user', content: 'And?' }], ...more })
    expect(sentReasoning()).toMatchObject([{ encrypted_content: 'sealed', summary: [] }])
    expect(sentItems().find(({ role }) => role === 'assistant')).toMatchObject({ phase: 'final_answer' })
  })

  it('reaches the model once in a thread that is warm', async () => {
    gateway().upstream.answerAll(thinks)
    const input = [{ role: 'user', content: 'A warm one' }]
    const { output } = await make({ input, store: false })
    await make({ input: [...input, ...output, { role: 'user', content: 'And?' }], store: false })
    expect(sentReasoning()).toHaveLength(1)
  })

  it('reaches the model when a stored response is continued', async () => {
    gateway().upstream.answerAll(thinks)
    const { id } = await make({ input: 'Store this.' })
    await make({ input: 'And?', previous_response_id: id })
    expect(sentReasoning()).toMatchObject([{ encrypted_content: 'sealed' }])
  })

  it('is left out by exec, which cannot send it', async () => {
    gateway().upstream.answerAll(thinks)
    const items = [{ type: 'reasoning', encrypted_content: 'sealed', summary: [] }]
    const response = await post('/responses', {
      model: 'only-exec',
      include,
      input: [{ role: 'user', content: 'Hi' }, ...items, { role: 'user', content: 'And?' }]
    })
    expect(response.status).toBe(200)
    expect(sentReasoning()).toEqual([])
  })
})

describe('other values of include', () => {
  it('are named as ignored', async () => {
    const response = await post('/responses', {
      model: 'live',
      input: 'Hi',
      include: [...include, 'file_search_call.results']
    })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'include'])
    const none = await post('/responses', { model: 'live', input: 'Hi', include: [...include, 'codex.work'] })
    expect(none.headers.get('x-ignored-parameters')).toBeNull()
  })

  it('must be texts', async () => {
    const response = await post('/responses', { model: 'live', input: 'Hi', include: [1] })
    expect(errorBody.parse(await response.json()).error.param).toBe('include[0]')
  })
})

describe('the reasoning of a chat history', () => {
  it('is accepted, and left out', async () => {
    gateway().upstream.answerAll(thinks)
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '41', reasoning_content: 'Hm.' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: '42' }
        ]
      },
      { role: 'user', content: 'And?' }
    ]
    for (const model of ['assistant', 'live'])
      expect((await post('/chat/completions', { model, messages })).status).toBe(200)
    expect(JSON.stringify(sentItems())).not.toMatch(/hm/i)
  })
})
