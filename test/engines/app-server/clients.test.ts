import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import type { BaseMessage } from '@langchain/core/messages'
import { tool as langChainTool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { stepCountIs, streamText, tool } from 'ai'
import OpenAI from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { catalogFrom } from '../../../src/models/catalog.ts'
import { modelResolver } from '../../../src/models/resolve.ts'
import { startChat } from '../../api/chat/start-chat.ts'
import type { StartedChat } from '../../api/chat/start-chat.ts'
import { answer } from '../../support/upstream/answer.ts'
import { functionCall, message } from '../../support/upstream/items.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { sharedAppServer } from './rig.ts'

const tools: ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather in a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      strict: true
    }
  },
  { type: 'function', function: { name: 'time', parameters: { type: 'object', properties: {} } } }
]
const question = 'Weather in Oslo and Rome, and then the time?'
const carryOut = (name: string, city?: string) => (name === 'time' ? 'noon' : `rain in ${city}`)

/** The model of these tests: two calls at once, then one, then the answer made of what they returned. */
function model(request: UpstreamRequest) {
  const outputs = request.body.input.filter(({ type }) => type === 'function_call_output').map(({ output }) => output)
  if (outputs.length === 0)
    return answer([
      message('Let me see.'),
      functionCall('weather', { city: 'Oslo' }),
      functionCall('weather', { city: 'Rome' })
    ])
  if (outputs.length === 2) return answer([functionCall('time', {})])
  return answer([message([`Here: ${outputs.join(', ')}`, '.'])])
}
const final = 'Here: rain in Oslo, rain in Rome, noon.'

describe('a client that has tools', () => {
  const rig = sharedAppServer({ tools: true })
  let chat: StartedChat
  let openai: OpenAI
  beforeAll(async () => {
    rig().upstream.answerAll(model)
    const { engine } = rig()
    chat = await startChat([], {
      engine,
      resolveModel: modelResolver({ aliases: new Map(), advertised: [], stripAnswerTags: false }, catalogFrom(engine))
    })
    openai = new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: 'none', maxRetries: 0 })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it('loops with the official SDK, complete', async () => {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: question }]
    const reasons: string[] = []
    for (;;) {
      const {
        choices: [choice]
      } = await openai.chat.completions.create({ model: 'gpt-5.5', messages, tools })
      reasons.push(choice!.finish_reason)
      messages.push(choice!.message)
      for (const call of choice!.message.tool_calls ?? []) {
        if (call.type !== 'function') continue
        const { city } = JSON.parse(call.function.arguments) as { city?: string }
        messages.push({ role: 'tool', tool_call_id: call.id, content: carryOut(call.function.name, city) })
      }
      if (!choice!.message.tool_calls) break
    }
    expect(reasons).toEqual(['tool_calls', 'tool_calls', 'stop'])
    expect(messages.at(-1)).toMatchObject({ content: final })
  })

  it('gets calls streamed by the official SDK', async () => {
    const runner = openai.chat.completions.stream({
      model: 'gpt-5.5',
      messages: [{ role: 'user', content: question }],
      tools,
      stream_options: { include_usage: true }
    })
    const {
      choices: [choice],
      usage
    } = await runner.finalChatCompletion()
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Let me see.' } })
    expect(
      choice?.message.tool_calls?.map(
        (call) => call.type === 'function' && [call.function.name, call.function.arguments]
      )
    ).toEqual([
      ['weather', '{"city":"Oslo"}'],
      ['weather', '{"city":"Rome"}']
    ])
    expect(usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 20 })
  })

  it('gets an error for a result that belongs to no call', async () => {
    const messages: ChatCompletionMessageParam[] = [
      { role: 'user', content: question },
      { role: 'tool', tool_call_id: 'call_unknown', content: '1' }
    ]
    await expect(openai.chat.completions.create({ model: 'gpt-5.5', messages, tools })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error'
    })
  })

  it('loops with the AI SDK’s streamText', async () => {
    const provider = createOpenAICompatible({ name: 'gateway', baseURL: `${chat.url}/v1` })
    const result = streamText({
      model: provider('gpt-5.5'),
      prompt: question,
      stopWhen: stepCountIs(5),
      tools: {
        weather: tool({
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => carryOut('weather', city)
        }),
        time: tool({ inputSchema: z.object({}), execute: () => carryOut('time') })
      }
    })
    const texts: string[] = []
    for await (const text of result.textStream) texts.push(text)
    expect((await result.steps).map(({ finishReason, toolCalls }) => [finishReason, toolCalls.length])).toEqual([
      ['tool-calls', 2],
      ['tool-calls', 1],
      ['stop', 0]
    ])
    expect(await result.text).toBe(final)
    expect(texts.join('')).toContain(final)
  })

  it('loops with LangChain', async () => {
    const weather = langChainTool(({ city }: { city: string }) => carryOut('weather', city), {
      name: 'weather',
      description: 'The weather.',
      schema: z.object({ city: z.string() })
    })
    const time = langChainTool(() => carryOut('time'), { name: 'time', description: 'The time.', schema: z.object({}) })
    const model = new ChatOpenAI({
      model: 'gpt-5.5',
      apiKey: 'none',
      maxRetries: 0,
      configuration: { baseURL: `${chat.url}/v1` }
    }).bindTools([weather, time])
    const messages: BaseMessage[] = [new HumanMessage(question)]
    for (let step = 0; step < 5; step++) {
      const reply = await model.invoke(messages)
      messages.push(reply)
      if (!reply.tool_calls?.length) break
      for (const call of reply.tool_calls)
        messages.push(
          new ToolMessage({
            tool_call_id: call.id!,
            content: carryOut(call.name, (call.args as { city?: string }).city)
          })
        )
    }
    expect(messages.at(-1)?.text).toBe(final)
    expect(messages).toHaveLength(7)
  })
})
