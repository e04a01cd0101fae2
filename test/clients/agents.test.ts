import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { rateLimited } from '../support/upstream/failure.ts'
import { mute } from '../support/upstream/script.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import { final, question, weatherIn, weatherModel } from './weather.ts'

const weather = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => weatherIn(city)
})

describe.each([true, false])('the OpenAI Agents SDK (responses: %s)', (useResponses) => {
  const served = sharedGateway()
  const runner = () =>
    new Runner({
      modelProvider: new OpenAIProvider({ openAIClient: new OpenAI({ ...served(), maxRetries: 0 }), useResponses }),
      tracingDisabled: true
    })
  const agent = (model: string, options = {}) => new Agent({ name: 'helper', instructions: 'Help.', model, ...options })

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (model) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    expect((await runner().run(agent(model), 'Say hello.')).finalOutput).toBe('Hello.')
    const stream = await runner().run(agent(model), 'Say hello.', { stream: true })
    let text = ''
    for await (const piece of stream.toTextStream()) text += piece
    await stream.completed
    expect([text, stream.finalOutput]).toEqual(['Hello.', 'Hello.'])
  })

  it('goes through a loop of tool calls, whole and streamed', async () => {
    served().upstream.answerAll(weatherModel)
    expect((await runner().run(agent('assistant', { tools: [weather] }), question)).finalOutput).toBe(final)
    const stream = await runner().run(agent('assistant', { tools: [weather] }), question, { stream: true })
    await stream.completed
    expect(stream.finalOutput).toBe(final)
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const seen = agent('live', { outputType: z.object({ colour: z.string() }) })
    const { finalOutput } = await runner().run(seen, [
      {
        role: 'user',
        content: [
          { type: 'input_image', image: png },
          { type: 'input_text', text: 'Which colour?' }
        ]
      }
    ])
    expect(finalOutput).toEqual({ colour: 'red' })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('is told of a failure', async () => {
    served().upstream.answerAll(rateLimited())
    await expect(runner().run(agent('live'), 'x')).rejects.toThrow('The model provider is limiting requests')
  })

  it('that aborts ends the turn', async () => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const answered = runner().run(agent('live'), 'Wait.', { signal: abort.signal })
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(answered).rejects.toThrow(/abort/i)
    expect(await request.ended).toBe('left')
  })

  it('goes on in the same turn with every step of a loop', () => {
    const { resumed, new: begun } = toolSteps(served().answers)
    expect([resumed > 0, begun]).toEqual([true, 0])
  })
})
