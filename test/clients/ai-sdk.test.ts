import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, Output, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { rateLimited } from '../support/upstream/failure.ts'
import { mute } from '../support/upstream/script.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import type { SharedGateway } from './shared-gateway.ts'
import { final, parameters, question, weatherIn, weatherModel } from './weather.ts'

const weather = tool({ inputSchema: jsonSchema<{ city: string }>(parameters), execute: ({ city }) => weatherIn(city) })

const providers = {
  compatible: (options: SharedGateway) =>
    createOpenAICompatible({ name: 'codex', includeUsage: true, supportsStructuredOutputs: true, ...options }),
  responses: (options: SharedGateway) => createOpenAI(options),
  chat: (options: SharedGateway) => (id: string) => createOpenAI(options).chat(id)
}

describe.each(Object.entries(providers))('the AI SDK, %s', (_name, provider) => {
  const served = sharedGateway()
  const model = (id: string) => provider(served())(id)

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (id) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    expect(await generateText({ model: model(id), prompt: 'Say hello.' })).toMatchObject({
      text: 'Hello.',
      finishReason: 'stop',
      usage: { inputTokens: 100, outputTokens: 20 }
    })
    const stream = streamText({ model: model(id), system: 'Be brief.', prompt: 'Say hello.' })
    expect([await stream.text, await stream.finishReason, (await stream.usage).totalTokens]).toEqual([
      'Hello.',
      'stop',
      120
    ])
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const schema = jsonSchema<{ colour: string }>({
      type: 'object',
      properties: { colour: { type: 'string' } },
      required: ['colour'],
      additionalProperties: false
    })
    const { output } = await generateText({
      model: model('live'),
      output: Output.object({ schema }),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', image: png },
            { type: 'text', text: 'Which colour?' }
          ]
        }
      ]
    })
    expect(output).toEqual({ colour: 'red' })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('that aborts ends the turn', async () => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const text = generateText({ model: model('live'), prompt: 'Wait.', abortSignal: abort.signal, maxRetries: 0 })
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(text).rejects.toMatchObject({ name: 'AbortError' })
    expect(await request.ended).toBe('left')
  })

  it('is told of a failure in words, whole and streamed', async () => {
    served().upstream.answerAll(rateLimited())
    const error = await generateText({ model: model('live'), prompt: 'x', maxRetries: 0 }).catch(
      (thrown: unknown) => thrown
    )
    expect(APICallError.isInstance(error) && [error.statusCode, error.message]).toEqual([
      429,
      'The model provider is limiting requests at the moment.'
    ])
    const errors: unknown[] = []
    await streamText({
      model: model('live'),
      prompt: 'x',
      maxRetries: 0,
      onError: ({ error: told }) => void errors.push(told)
    }).consumeStream()
    expect(errors).toMatchObject([{ statusCode: 429 }])
  })

  it('goes through a streamed loop of tool calls', async () => {
    served().upstream.answerAll(weatherModel)
    const stream = streamText({
      model: model('assistant'),
      prompt: question,
      tools: { weather },
      stopWhen: stepCountIs(5)
    })
    expect(await stream.text).toBe(final)
    expect((await stream.steps).map(({ toolCalls }) => toolCalls.length)).toEqual([2, 1, 0])
  })

  it('goes on in the same turn with every step of a loop', () => {
    const { resumed, new: begun } = toolSteps(served().answers)
    expect([resumed > 0, begun]).toEqual([true, 0])
  })
})
