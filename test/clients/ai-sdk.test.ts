import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, Output, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { rateLimited } from '../support/upstream/failure.ts'
import { functionCall } from '../support/upstream/items.ts'
import { mute } from '../support/upstream/script.ts'
import { servedGateway } from './served-gateway.ts'

const weather = tool({
  inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }),
  execute: async ({ city }) => `${city}: 3 °C`
})

describe('the AI SDK, OpenAI-compatible', () => {
  const served = servedGateway()
  const model = (id: string) => createOpenAICompatible({ name: 'codex', includeUsage: true, supportsStructuredOutputs: true, ...served() })(id)

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (id) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    expect(await generateText({ model: model(id), prompt: 'Say hello.' })).toMatchObject({ text: 'Hello.', finishReason: 'stop', usage: { inputTokens: 100, outputTokens: 20 } })
    const stream = streamText({ model: model(id), prompt: 'Say hello.' })
    expect([await stream.text, await stream.finishReason, (await stream.usage).totalTokens]).toEqual(['Hello.', 'stop', 120])
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const schema = jsonSchema<{ colour: string }>({ type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'], additionalProperties: false })
    const { output } = await generateText({ model: model('assistant'), output: Output.object({ schema }), messages: [{ role: 'user', content: [{ type: 'image', image: png }, { type: 'text', text: 'Which colour?' }] }] })
    expect(output).toEqual({ colour: 'red' })
    const { body } = served().upstream.requests.at(-1)!
    expect(body.text?.format).toMatchObject({ type: 'json_schema', strict: true })
    expect(JSON.stringify(body.input)).toContain('data:image/png;base64,')
  })

  it('that aborts ends the turn', async () => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const text = generateText({ model: model('assistant'), prompt: 'Wait.', abortSignal: abort.signal, maxRetries: 0 })
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(text).rejects.toMatchObject({ name: 'AbortError' })
    expect(await request.ended).toBe('left')
  })

  it('is told of a failure in words, whole and streamed', async () => {
    served().upstream.answerAll(rateLimited())
    const error = await generateText({ model: model('assistant'), prompt: 'x', maxRetries: 0 }).catch((thrown: unknown) => thrown)
    expect(APICallError.isInstance(error) && [error.statusCode, error.message]).toEqual([429, 'The model provider is limiting requests at the moment.'])
    const errors: unknown[] = []
    await streamText({ model: model('assistant'), prompt: 'x', maxRetries: 0, onError: ({ error: told }) => void errors.push(told) }).consumeStream()
    expect(errors).toMatchObject([{ statusCode: 429 }])
  })

  it('goes through a streamed loop of tool calls', async () => {
    const { upstream } = served()
    upstream.answerNext(answer([functionCall('weather', { city: 'Oslo' }), functionCall('weather', { city: 'Rome' })]), answer([functionCall('weather', { city: 'Bonn' })]), says('All', ' cold.'))
    const stream = streamText({ model: model('assistant'), prompt: 'Oslo, Rome, Bonn?', tools: { weather }, stopWhen: stepCountIs(5) })
    expect(await stream.text).toBe('All cold.')
    const steps = await stream.steps
    expect(steps.map(({ toolCalls }) => toolCalls.map(({ input }) => (input as { city: string }).city))).toEqual([['Oslo', 'Rome'], ['Bonn'], []])
  })
})
