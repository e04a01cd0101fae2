import { createOpenAI } from '@ai-sdk/openai'
import { ChatOpenAI } from '@langchain/openai'
import { Agent, OpenAIResponsesModel, run, RunMessageOutputItem, setTracingDisabled } from '@openai/agents'
import { generateText, streamText } from 'ai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { turn } from '../../support/scripted-engine.ts'
import { storeFolder } from '../../store/opened.ts'
import { ask, startResponses } from './start-responses.ts'
import { busy, headers } from './busy.ts'

setTracingDisabled(true)

describe('clients that are shown it', () => {
  const clients: Record<string, (baseURL: string) => Promise<string>> = {
    openai: async (baseURL) =>
      (await new OpenAI({ baseURL, apiKey: 'x', defaultHeaders: headers }).responses.create(ask)).output_text,
    'openai, streamed by its helper': async (baseURL) => {
      const { output, output_text: text } = await new OpenAI({
        baseURL,
        apiKey: 'x',
        defaultHeaders: headers
      }).responses
        .stream(ask)
        .finalResponse()
      expect(output[0]).toMatchObject({ type: 'mcp_call', output: 'out' })
      return text
    },
    'the AI SDK': async (baseURL) => {
      const { content } = await generateText({
        model: createOpenAI({ baseURL, apiKey: 'x', headers })('gpt-test'),
        prompt: 'Go.'
      })
      expect(content).toContainEqual(expect.objectContaining({ type: 'tool-result', toolName: 'mcp.command' }))
      return content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')
    },
    'the AI SDK, streamed': async (baseURL) =>
      streamText({ model: createOpenAI({ baseURL, apiKey: 'x', headers })('gpt-test'), prompt: 'Go.' }).text,
    'the Agents SDK': async (baseURL) => {
      const client = new OpenAI({ baseURL, apiKey: 'x', defaultHeaders: headers })
      const { newItems } = await run(
        new Agent({ name: 'a', model: new OpenAIResponsesModel(client, 'gpt-test') }),
        'Go.'
      )
      return newItems.flatMap((item) => (item instanceof RunMessageOutputItem ? item.content : [])).join('')
    },
    LangChain: async (baseURL) =>
      (
        await new ChatOpenAI({
          model: 'gpt-test',
          apiKey: 'x',
          useResponsesApi: true,
          configuration: { baseURL, defaultHeaders: headers }
        }).invoke('Go.')
      ).text,
    'LangChain, streamed': async (baseURL) => {
      let text = ''
      for await (const chunk of await new ChatOpenAI({
        model: 'gpt-test',
        apiKey: 'x',
        useResponsesApi: true,
        configuration: { baseURL, defaultHeaders: headers }
      }).stream('Go.'))
        text += chunk.text
      return text
    }
  }

  it.each(Object.keys(clients))('read the answer: %s', async (name) => {
    await using served = await startResponses(turn(...busy))
    expect(await clients[name]?.(`${served.url}/v1`)).toBe('I look.Done.')
    expect(served.engine.turns).toHaveLength(1)
  })

  it('may refer to it when they continue: the AI SDK sends the ids of stored items', async () => {
    const home = await storeFolder()
    await using served = await startResponses(turn(...busy), { home })
    const model = createOpenAI({ baseURL: `${served.url}/v1`, apiKey: 'x', headers })('gpt-test')
    const { response } = await generateText({ model, prompt: 'Go.' })
    const { text } = await generateText({
      model,
      messages: [{ role: 'user', content: 'Go.' }, ...response.messages, { role: 'user', content: 'Go on.' }]
    })
    expect(text).toBe('I look.Done.')
    expect(served.engine.turns.at(-1)?.request.history?.map((item) => item.type)).toEqual([
      'message',
      'message',
      'message'
    ])
  })
})
