import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import type { FunctionTool, ResponseInput } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { rateLimited } from '../support/upstream/failure.ts'
import { mute } from '../support/upstream/script.ts'
import { sharedGateway } from './shared-gateway.ts'
import { final, parameters, question, weatherIn, weatherModel } from './weather.ts'

const tools: FunctionTool[] = [
  { type: 'function', name: 'weather', description: 'The weather.', parameters, strict: true }
]

describe('the openai package, responses', () => {
  const served = sharedGateway()
  const client = () => new OpenAI({ ...served(), maxRetries: 0 })

  it.each(['assistant', 'live'])('gets an answer from %s, whole and streamed', async (model) => {
    served().upstream.answerAll(says('Hel', 'lo.'))
    const whole = await client().responses.create({ model, input: 'Say hello.', store: false })
    expect([whole.output_text, whole.status, whole.usage?.total_tokens]).toEqual(['Hello.', 'completed', 120])
    const stream = client().responses.stream({ model, input: [{ role: 'user', content: 'Say hello.' }] })
    let text = ''
    stream.on('response.output_text.delta', ({ delta }) => {
      text += delta
    })
    expect([(await stream.finalResponse()).output_text, text]).toEqual(['Hello.', 'Hello.'])
  })

  it.each(['assistant', 'live'])('goes on from an earlier response of %s', async (model) => {
    served().upstream.answerNext(says('Noted.'), says('It was seven.'))
    const first = await client().responses.create({ model, input: 'Remember the number seven.' })
    const second = await client().responses.create({ model, input: 'Which number?', previous_response_id: first.id })
    expect(second).toMatchObject({ output_text: 'It was seven.', previous_response_id: first.id })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toMatch(/number seven.*Noted\..*Which number/)
    expect((await client().responses.retrieve(first.id)).output_text).toBe('Noted.')
    await client().responses.delete(first.id)
    await expect(client().responses.retrieve(first.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('shows an image, and gets an object by a schema', async () => {
    served().upstream.answerAll(says('{"colour":"red"}'))
    const input: ResponseInput = [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: png, detail: 'auto' },
          { type: 'input_text', text: 'Which colour?' }
        ]
      }
    ]
    const { output_parsed: parsed } = await client().responses.parse({
      model: 'live',
      input,
      text: { format: zodTextFormat(z.object({ colour: z.string() }), 'colour') }
    })
    expect(parsed).toEqual({ colour: 'red' })
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('that aborts ends the turn', async () => {
    served().upstream.answerAll(mute)
    const abort = new AbortController()
    const asked = served().upstream.count
    const answered = client().responses.create(
      { model: 'live', input: 'Wait.', stream: true },
      { signal: abort.signal }
    )
    const request = await served().upstream.requested(asked + 1)
    abort.abort()
    await expect(answered).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    expect(await request.ended).toBe('left')
  })

  it('is told of a failure, whole and streamed', async () => {
    served().upstream.answerAll(rateLimited())
    await expect(client().responses.create({ model: 'live', input: 'x' })).rejects.toBeInstanceOf(OpenAI.RateLimitError)
    await expect(client().responses.stream({ model: 'live', input: 'x' }).finalResponse()).rejects.toThrow(
      'limiting requests'
    )
  })

  it('goes through a loop of tool calls', async () => {
    served().upstream.answerAll(weatherModel)
    const input: ResponseInput = [{ role: 'user', content: question }]
    for (;;) {
      const { output, output_text: text } = await client().responses.create({
        model: 'assistant',
        input,
        tools,
        store: false
      })
      const calls = output.filter((item) => item.type === 'function_call')
      if (calls.length === 0) return expect(text).toBe(final)
      input.push(
        ...calls,
        ...calls.map((call) => ({
          type: 'function_call_output' as const,
          call_id: call.call_id,
          output: weatherIn((JSON.parse(call.arguments) as { city: string }).city)
        }))
      )
    }
  })

  it('makes a response in the background', async () => {
    served().upstream.answerAll(says('Done.'))
    let response = await client().responses.create({ model: 'assistant', input: 'Work.', background: true })
    expect(response.status).toMatch(/queued|in_progress/)
    await expect
      .poll(async () => (response = await client().responses.retrieve(response.id)).status, { timeout: 15_000 })
      .toBe('completed')
    expect(response.output_text).toBe('Done.')
  })
})
