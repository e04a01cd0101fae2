import { OpenAI, openaiResponses } from '@llamaindex/openai'
import { tool } from 'llamaindex'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { png } from '../support/images.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { failures } from '../support/upstream/failure.ts'
import { functionCall } from '../support/upstream/items.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import { weatherIn } from './weather.ts'

const weather = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => weatherIn(city)
})
const ask = { messages: [{ role: 'user' as const, content: 'Say hello.' }] }

describe('LlamaIndex', () => {
  const served = sharedGateway()
  const options = (model: string) => ({ model, maxRetries: 0, ...served() })
  const chat = (model: string) => new OpenAI(options(model))

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (model) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    expect((await chat(model).chat(ask)).message.content).toBe('Hello.')
    let text = ''
    for await (const { delta } of await chat(model).chat({ ...ask, stream: true })) text += delta
    expect(text).toBe('Hello.')
  })

  it('gets an answer from responses, whole and streamed', async () => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    expect((await openaiResponses(options('live')).chat(ask)).message.content).toBe('Hello.')
    let text = ''
    for await (const { delta, raw } of await openaiResponses(options('live')).chat({ ...ask, stream: true })) {
      if ((raw as { type: string }).type === 'response.output_text.delta') text += delta // it says the last delta again with every other event
    }
    expect(text).toBe('Hello.')
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(({ body }) => answer([functionCall(body.tools![0]!.name!, { colour: 'red' })])) // its way to a schema is a function
    const content = [
      { type: 'image_url' as const, image_url: { url: png } },
      { type: 'text' as const, text: 'Which colour?' }
    ]
    const { object } = await chat('live').exec({
      messages: [{ role: 'user', content }],
      responseFormat: z.object({ colour: z.string() })
    })
    expect(object).toEqual({ colour: 'red' })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('carries out a call, and goes on', async () => {
    served().upstream.answerNext(answer([functionCall('weather', { city: 'Oslo' })]), says('Cold.'))
    const { newMessages, toolCalls } = await chat('assistant').exec({
      messages: [{ role: 'user', content: 'Oslo?' }],
      tools: [weather]
    })
    expect(toolCalls).toMatchObject([{ name: 'weather', input: { city: 'Oslo' } }])
    const { message } = await chat('assistant').chat({
      messages: [{ role: 'user', content: 'Oslo?' }, ...newMessages],
      tools: [weather]
    })
    expect(message.content).toBe('Cold.')
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('Oslo: 3 °C')
  })

  it('is told of a failure', async () => {
    served().upstream.answerAll(failures.contextLength)
    await expect(chat('assistant').chat(ask)).rejects.toMatchObject({ code: 'context_length_exceeded' })
  })

  it('goes on in the same turn with every step of a loop', () => {
    const { resumed, new: begun } = toolSteps(served().answers)
    expect([resumed > 0, begun]).toEqual([true, 0])
  })
})
