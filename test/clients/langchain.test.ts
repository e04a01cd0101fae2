import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import type { BaseMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { failures } from '../support/upstream/failure.ts'
import { functionCall } from '../support/upstream/items.ts'
import { mute } from '../support/upstream/script.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'

const colour = {
  title: 'colour',
  type: 'object',
  properties: { colour: { type: 'string' } },
  required: ['colour'],
  additionalProperties: false
}
const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  }
}

describe('LangChain', () => {
  const served = sharedGateway()
  const chat = (model: string, options = {}) =>
    new ChatOpenAI({
      model,
      apiKey: served().apiKey,
      configuration: { baseURL: served().baseURL },
      maxRetries: 0,
      ...options
    })

  it.each([
    ['assistant', false],
    ['live', false],
    ['assistant', true]
  ])('gets an answer from %s, whole and streamed (responses: %s)', async (model, useResponsesApi) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const whole = await chat(model, { useResponsesApi }).invoke('Say hello.')
    expect(whole).toMatchObject({ text: 'Hello.', usage_metadata: { total_tokens: 120 } })
    let text = ''
    for await (const chunk of await chat(model, { useResponsesApi }).stream('Say hello.')) text += chunk.text
    expect(text).toBe('Hello.')
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const message = new HumanMessage({
      content: [
        { type: 'image_url', image_url: { url: png } },
        { type: 'text', text: 'Which colour?' }
      ]
    })
    expect(await chat('assistant').withStructuredOutput(colour, { method: 'jsonSchema' }).invoke([message])).toEqual({
      colour: 'red'
    })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('that aborts ends the turn', async () => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const answered = chat('assistant').invoke('Wait.', { signal: abort.signal })
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(answered).rejects.toThrow(/abort/i)
    expect(await request.ended).toBe('left')
  })

  it('is told that the context is too long', async () => {
    served().upstream.answerAll(failures.contextLength)
    await expect(chat('assistant').invoke('x')).rejects.toMatchObject({ name: 'ContextOverflowError' })
  })

  it('goes through an agent’s loop of tool calls', async () => {
    const { upstream } = served()
    upstream.answerNext(
      answer([functionCall('weather', { city: 'Oslo' })]),
      answer([functionCall('weather', { city: 'Rome' })]),
      says('Cold, and warm.')
    )
    const model = chat('assistant').bindTools([weather])
    const messages: BaseMessage[] = [new HumanMessage('Oslo? Rome?')]
    for (;;) {
      const reply = await model.invoke(messages)
      messages.push(reply)
      if (!reply.tool_calls?.length) break
      for (const call of reply.tool_calls)
        messages.push(
          new ToolMessage({ tool_call_id: call.id!, content: `${(call.args as { city: string }).city}: 3 °C` })
        )
    }
    expect(messages.at(-1)?.text).toBe('Cold, and warm.')
    expect(messages).toHaveLength(6)
  })

  it('goes on in the same turn with every step of a loop', () => {
    const { resumed, new: begun } = toolSteps(served().answers)
    expect([resumed > 0, begun]).toEqual([true, 0])
  })
})
