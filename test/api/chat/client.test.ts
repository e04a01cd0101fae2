import OpenAI, { APIUserAbortError } from 'openai'
import { describe, expect, it } from 'vitest'
import { png } from '../../support/images.ts'
import { admitted, message, reasoning, stuck, toolCall, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask, startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

const messages = [{ role: 'user' as const, content: 'Say pong.' }]
const streamed = { model: 'gpt-test', messages, stream: true } as const
const started: Step[] = [admitted, { type: 'turn.started' }]

/** The client as people use it, with its retries. */
const clientOf = (chat: StartedChat) => new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: 'EMPTY' })

describe('the official client', () => {
  it('gets an answer', async () => {
    await using chat = await startChat(turn(...message('m', 'pong')))
    const answer = await clientOf(chat).chat.completions.create({ model: 'gpt-test', messages })
    expect([answer.choices[0]?.message.content, answer.usage?.total_tokens, answer._request_id]).toEqual([
      'pong',
      120,
      expect.stringMatching(/^req_/)
    ])
  })

  it('gets a stream', async () => {
    await using chat = await startChat(turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng')))
    let text = ''
    for await (const chunk of await clientOf(chat).chat.completions.create(streamed))
      text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('pong')
  })

  it('gets a stream with its helper, usage too', async () => {
    await using chat = await startChat(turn(...message('m', 'po', 'ng')))
    const stream = clientOf(chat).chat.completions.stream({
      model: 'gpt-test',
      messages,
      stream_options: { include_usage: true }
    })
    const answer = await stream.finalChatCompletion()
    expect([
      answer.choices[0]?.message.content,
      answer.choices[0]?.finish_reason,
      (await stream.totalUsage()).total_tokens
    ]).toEqual(['pong', 'stop', 120])
  })

  it('gets calls and sends their results', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }
      }
    ]
    await using chat = await startChat(
      turn(toolCall('call_1', 'weather', '{"city":"Oslo"}'), toolCall('call_2', 'weather', '{"city":"Rome"}'))
    )
    const client = clientOf(chat)
    const { choices } = await client.chat.completions
      .stream({ model: 'gpt-test', messages, tools })
      .finalChatCompletion()
    const answer = choices[0]!.message
    expect(answer.tool_calls?.map(({ function: { arguments: json } }) => json)).toEqual([
      '{"city":"Oslo"}',
      '{"city":"Rome"}'
    ])
    await client.chat.completions.create({
      model: 'gpt-test',
      tools,
      messages: [
        ...messages,
        answer,
        { role: 'tool', tool_call_id: 'call_1', content: '7' },
        { role: 'tool', tool_call_id: 'call_2', content: '17' }
      ]
    })
    const called = (id: string, city: string) => ({
      type: 'tool_call',
      call_id: id,
      name: 'weather',
      arguments: `{"city":"${city}"}`
    })
    const result = (id: string, text: string) => ({
      type: 'tool_result',
      call_id: id,
      output: [{ type: 'text', text }]
    })
    expect(chat.engine.turns[1]?.request).toMatchObject({
      input: [],
      history: [
        { role: 'user' },
        called('call_1', 'Oslo'),
        called('call_2', 'Rome'),
        result('call_1', '7'),
        result('call_2', '17')
      ]
    })
  })

  it('gets JSON that it can parse', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false
    }
    await using chat = await startChat(turn(...message('m', '{"n":', '4}')))
    const answer = await clientOf(chat).chat.completions.parse({
      model: 'gpt-test',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } }
    })
    expect(answer.choices[0]?.message.parsed).toEqual({ n: 4 })
    expect(chat.engine.turns[0]?.request.outputSchema).toEqual(schema)
  })

  it('sends an image', async () => {
    await using chat = await startChat(turn(...message('m', 'a pixel')))
    const content = [
      { type: 'text' as const, text: 'what?' },
      { type: 'image_url' as const, image_url: { url: png } }
    ]
    await clientOf(chat).chat.completions.create({ model: 'gpt-test', messages: [{ role: 'user', content }] })
    expect(chat.engine.turns[0]?.request.input[1]).toEqual({ type: 'image', url: png })
  })

  it.each([true, false])('that aborts ends the turn (streamed: %s)', async (stream) => {
    const { step, reached } = stuck()
    await using chat = await startChat([...started, ...message('m', 'half'), step])
    const leaving = new AbortController()
    const asking = clientOf(chat).chat.completions.create({ ...ask, messages, stream }, { signal: leaving.signal })
    const outcome = asking.then(async (answer) => {
      if (Symbol.asyncIterator in answer) for await (const _chunk of answer) continue
      return 'ended'
    })
    await Promise.all([reached, stream && asking])
    leaving.abort()
    if (stream) expect(await outcome).toBe('ended') // so the client says it
    else await expect(outcome).rejects.toBeInstanceOf(APIUserAbortError)
    await chat.engine.turns[0]?.ended
    expect(chat.engine.turns).toHaveLength(1)
  })
})
