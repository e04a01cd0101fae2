import OpenAI from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import type { ResponseInput } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import { final, parameters, question, weatherIn, weatherLoop, weatherModel } from './weather.ts'

const model = 'assistant'

/** Two steps each: two calls at once, then one, then the answer. */
describe('tool loops of the openai package', () => {
  const served = sharedGateway({ CODEX_MAX_CONCURRENCY: '1' })
  const client = () => new OpenAI({ ...served(), maxRetries: 0 })
  const steps = async (loop: () => Promise<unknown>) => {
    served().upstream.answerAll(weatherModel)
    const before = served().answers.length
    await loop()
    return toolSteps(served().answers.slice(before))
  }

  const chat = async () => {
    const run = client().chat.completions.runTools(weatherLoop(model))
    expect(await run.finalContent()).toBe(final)
  }

  /** `state`: what is sent again with the results. */
  const responses = async (state: 'id' | 'history') => {
    const tools = [{ type: 'function' as const, name: 'weather', parameters, strict: true }]
    let input: ResponseInput = [{ role: 'user', content: question }]
    let previous: string | undefined
    for (;;) {
      const response = await client().responses.create({
        ...{ model, tools, input, store: state === 'id' },
        ...(previous !== undefined && { previous_response_id: previous })
      })
      const calls = response.output.filter((item) => item.type === 'function_call')
      if (calls.length === 0) return expect(response.output_text).toBe(final)
      const outputs = calls.map((call) => ({
        type: 'function_call_output' as const,
        call_id: call.call_id,
        output: weatherIn((JSON.parse(call.arguments) as { city: string }).city)
      }))
      if (state === 'id') [previous, input] = [response.id, outputs]
      else input = [...input, ...(response.output as ResponseInput), ...outputs]
    }
  }

  it.each([
    ['chat completions', chat],
    ['responses by their id', () => responses('id')],
    ['responses with their history', () => responses('history')]
  ])('are one turn each, of %s', async (_, loop) => {
    expect(await steps(loop)).toEqual({ resumed: 2, new: 0 })
    const keys = served()
      .upstream.requests.slice(-3)
      .map(({ body }) => body['prompt_cache_key'])
    expect(new Set(keys).size).toBe(1)
  })

  it('hold no slot while they wait: eight end on one', async () => {
    const loops = () => Promise.all(Array.from({ length: 8 }, chat))
    expect(await steps(loops)).toEqual({ resumed: 16, new: 0 })
  })

  const tools: ChatCompletionTool[] = [{ type: 'function', function: { name: 'weather', parameters } }]
  const ask = async (body: Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model'>) => {
    const { data, response } = await client()
      .chat.completions.create({ model, ...body })
      .withResponse()
    return { message: data.choices[0]!.message, turn: response.headers.get('x-codex-turn') }
  }
  /** A loop after its first answer, with these results of its two calls. */
  const begun = async (first: unknown, second: unknown): Promise<ChatCompletionMessageParam[]> => {
    served().upstream.answerAll(weatherModel)
    const asked: ChatCompletionMessageParam = { role: 'user', content: question }
    const { message } = await ask({ messages: [asked], tools })
    const results = message.tool_calls!.map(({ id }, index) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: (index === 0 ? first : second) as string
    }))
    return [asked, message, ...results]
  }

  it.each([
    ['without tools', {}],
    ['with tools that may not be called', { tools, tool_choice: 'none' as const }]
  ])('may end with a step %s, which is a new turn; the one that waited is ended', async (_, body) => {
    const messages = await begun('mild', 'warm')
    served().upstream.answerAll(says('Mild and warm.'))
    const { message, turn } = await ask({ messages, ...body })
    expect([message.content, turn]).toEqual(['Mild and warm.', 'new'])
    const asked = served().upstream.requests.at(-1)!.body
    expect(asked.input.map(({ output }) => output).filter(Boolean)).toEqual(['mild', 'warm'])
    expect((await ask({ messages, tools })).turn).toBe('new')
  })

  it('return failures and images', async () => {
    const image = [
      { type: 'text', text: 'A map:' },
      { type: 'image_url', image_url: { url: png } }
    ]
    const messages = await begun('Error: no such city', image)
    expect((await ask({ messages, tools })).turn).toBe('resumed')
    const [failure, map] = served()
      .upstream.requests.at(-1)!
      .body.input.flatMap(({ type, output }) => (type === 'function_call_output' ? [output] : []))
    expect(failure).toBe('Error: no such city')
    expect(map).toEqual([
      { type: 'input_text', text: 'A map:' },
      expect.objectContaining({ type: 'input_image', image_url: png })
    ])
  })
})
