import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { failures, rateLimited } from '../support/upstream/failure.ts'
import { mute } from '../support/upstream/script.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import { final, parameters, question, weatherLoop, weatherModel } from './weather.ts'

const ask: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Say hello.' }]
const tools: ChatCompletionTool[] = [{ type: 'function', function: { name: 'weather', parameters, strict: true } }]

describe('the openai package, chat completions', () => {
  const served = sharedGateway()
  const client = (options = {}) => new OpenAI({ ...served(), maxRetries: 0, ...options })

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (model) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const whole = await client().chat.completions.create({ model, messages: ask })
    expect(whole).toMatchObject({
      model,
      choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 20 }
    })
    const stream = client().chat.completions.stream({ model, messages: ask, stream_options: { include_usage: true } })
    const {
      choices: [choice],
      usage
    } = await stream.finalChatCompletion()
    expect([choice?.message.content, choice?.finish_reason, usage?.total_tokens]).toEqual(['Hello.', 'stop', 120])
  })

  it('stores what it is asked to, and finds it again', async () => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const made = await client().chat.completions.create({
      model: 'assistant',
      messages: ask,
      store: true,
      metadata: { topic: 'demo' }
    })
    const streamed = await client()
      .chat.completions.stream({ model: 'live', messages: ask, store: true })
      .finalChatCompletion()
    const ids: string[] = []
    for await (const { id } of client().chat.completions.list({ limit: 1 })) ids.push(id)
    expect(ids).toEqual([made.id, streamed.id])
    expect((await client().chat.completions.list({ metadata: { topic: 'demo' } })).data).toMatchObject([made])
    expect(await client().chat.completions.retrieve(streamed.id)).toMatchObject({
      choices: [{ message: { content: 'Hello.' } }]
    })
    expect((await client().chat.completions.messages.list(made.id)).data).toMatchObject(ask)
    await client().chat.completions.delete(made.id)
    await expect(client().chat.completions.retrieve(made.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it.each(['assistant', 'live'])('shows an image to %s, and gets an object by a schema', async (model) => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const messages: ChatCompletionMessageParam[] = [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: png } },
          { type: 'text', text: 'Which colour?' }
        ]
      }
    ]
    const {
      choices: [choice]
    } = await client().chat.completions.parse({
      model,
      messages,
      response_format: zodResponseFormat(z.object({ colour: z.string() }), 'colour')
    })
    expect(choice?.message.parsed).toEqual({ colour: 'red' })
    const { body } = served().upstream.requests.at(-1)!
    expect(body.text?.format).toMatchObject({ type: 'json_schema', strict: true })
    expect(JSON.stringify(body.input)).toContain('data:image/png;base64,')
  })

  it.each([
    ['assistant', false],
    ['live', false],
    ['live', true]
  ])('that aborts ends the turn of %s (streamed: %s)', async (model, stream) => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const answered = client().chat.completions.create({ model, messages: ask, stream }, { signal: abort.signal })
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(answered).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    expect(await request.ended).toBe('left')
  })

  it('is told what is wrong in its own classes of errors', async () => {
    const said = async (model: string, options = {}) =>
      client(options)
        .chat.completions.create({ model, messages: ask })
        .then(
          () => undefined,
          (error: unknown) => error
        )
    expect(await said('assistant', { apiKey: 'wrong' })).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(await said('no-such-model')).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    served().upstream.answerAll(failures.contextLength)
    expect(await said('assistant')).toMatchObject({ status: 400, code: 'context_length_exceeded' })
    served().upstream.answerAll(rateLimited())
    expect(await said('live')).toBeInstanceOf(OpenAI.RateLimitError)
  })

  it.each(['assistant', 'live'])('goes through a loop of tool calls with %s', async (model) => {
    served().upstream.answerAll(weatherModel)
    const run = client().chat.completions.runTools(weatherLoop(model))
    expect(await run.finalContent()).toBe(final)
    expect(run.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'tool',
      'assistant'
    ])
  })

  it('gets calls as they are streamed', async () => {
    served().upstream.answerAll(weatherModel)
    const stream = client().chat.completions.stream({
      model: 'assistant',
      messages: [{ role: 'user', content: question }],
      tools
    })
    const {
      choices: [choice]
    } = await stream.finalChatCompletion()
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"city":"Oslo"}',
      '{"city":"Rome"}'
    ])
  })

  it.each(['assistant', 'live'])('gets several answers from %s, whole and streamed', async (model) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const asked = { model, messages: [{ role: 'user' as const, content: 'Say hello.' }], n: 3 }
    const whole = await client().chat.completions.create(asked)
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual(
      [0, 1, 2].map((at) => [at, 'Hello.'])
    )
    expect(whole.usage?.total_tokens).toBe(360)
    const final = await client().chat.completions.stream(asked).finalChatCompletion()
    expect(final.choices.map(({ message }) => message.content)).toEqual(['Hello.', 'Hello.', 'Hello.'])
  })

  it('lists and finds models', async () => {
    const ids: string[] = []
    for await (const { id } of client().models.list()) ids.push(id)
    expect(ids).toContain('assistant')
    expect(await client().models.retrieve('assistant')).toMatchObject({ id: 'assistant', object: 'model' })
  })

  it('completes a prompt, in the legacy way', async () => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const {
      choices: [choice]
    } = await client().completions.create({ model: 'assistant', prompt: 'Say hello.' })
    expect(choice?.text).toBe('Hello.')
    let text = ''
    for await (const chunk of await client().completions.create({ model: 'live', prompt: 'Say hello.', stream: true }))
      text += chunk.choices[0]?.text ?? ''
    expect(text).toBe('Hello.')
  })

  it('goes on in the same turn with every step of a loop', () => {
    const { resumed, new: begun } = toolSteps(served().answers)
    expect([resumed > 0, begun]).toEqual([true, 0])
  })
})
