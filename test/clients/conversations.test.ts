import {
  Agent,
  OpenAIConversationsSession,
  OpenAIProvider,
  OpenAIResponsesCompactionSession,
  Runner,
  tool
} from '@openai/agents'
import OpenAI from 'openai'
import type { ResponseInput } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'
import { final, question, weatherIn, weatherModel } from './weather.ts'

const weather = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => weatherIn(city)
})

describe('conversations', () => {
  const served = sharedGateway()
  const client = () => new OpenAI({ ...served(), maxRetries: 0 })
  const lastRequest = () => served().upstream.requests.at(-1)?.body
  const textsOf = async (id: string) => {
    const texts: string[] = []
    for await (const item of client().conversations.items.list(id, { order: 'asc' }))
      if (item.type === 'message') texts.push(item.content.map((part) => ('text' in part ? part.text : '')).join())
    return texts
  }

  it.each(['only-exec', 'live'])('of the openai package go on in one thread of %s', async (model) => {
    served().upstream.answerNext(says('Noted.'), says('It was seven.'), says('Really.'))
    const { id } = await client().conversations.create({ items: [{ role: 'user', content: 'My name is Ann.' }] })
    const ask = (input: string) => client().responses.create({ model, input, conversation: id })
    expect((await ask('Remember the number seven.')).conversation).toEqual({ id })
    const key = lastRequest()?.prompt_cache_key
    const second = await client()
      .responses.stream({ model, input: 'Which number?', conversation: { id } })
      .finalResponse()
    expect([second.output_text, second.conversation?.id]).toEqual(['It was seven.', id])
    await client().conversations.items.create(id, { items: [{ role: 'user', content: 'I doubt it.' }] })
    await ask('Really?')
    expect(lastRequest()?.prompt_cache_key).toBe(key)
    const sent = JSON.stringify(lastRequest()?.input)
    expect(sent).toMatch(/Ann.*number seven.*Noted\..*Which number.*It was seven.*I doubt it.*Really\?/)
    expect(sent.split('I doubt it.')).toHaveLength(2)
    expect(await textsOf(id)).toEqual([
      'My name is Ann.',
      'Remember the number seven.',
      'Noted.',
      'Which number?',
      'It was seven.',
      'I doubt it.',
      'Really?',
      'Really.'
    ])
  })

  it('of the openai package are sent again where one of their items was deleted', async () => {
    served().upstream.answerAll(says('Noted.'))
    const { id } = await client().conversations.create()
    const ask = (input: string) => client().responses.create({ model: 'live', input, conversation: id })
    await ask('A secret.')
    const [, secret] = (await client().conversations.items.list(id)).data
    await client().conversations.items.delete(secret?.id ?? '', { conversation_id: id })
    await ask('What do you know?')
    const sent = JSON.stringify(lastRequest()?.input)
    expect([sent.includes('A secret.'), sent.includes('Noted.')]).toEqual([false, true])
  })

  const runner = () =>
    new Runner({
      modelProvider: new OpenAIProvider({ openAIClient: client(), useResponses: true }),
      tracingDisabled: true
    })

  it('are sessions of the Agents SDK, also with tools', async () => {
    served().upstream.answerAll(weatherModel)
    const session = new OpenAIConversationsSession({ client: client() })
    const helper = new Agent({ name: 'helper', instructions: 'Help.', model: 'assistant', tools: [weather] })
    expect((await runner().run(helper, question, { session })).finalOutput).toBe(final)
    const types = (await session.getItems()).map((item) => item.type)
    expect([types[0], types.at(-1), types.includes('function_call'), types.includes('function_call_result')]).toEqual([
      'message',
      'message',
      true,
      true
    ])
    served().upstream.answerAll(says('I did.'))
    const plain = new Agent({ name: 'helper', instructions: 'Help.', model: 'live' })
    expect((await runner().run(plain, 'What did you do?', { session })).finalOutput).toBe('I did.')
    expect(JSON.stringify(lastRequest()?.input)).toContain(question)
    expect(await session.popItem()).toMatchObject({ role: 'assistant' })
    expect((await session.getItems(1)).at(-1)).toMatchObject({ role: 'user' })
    const id = await session.getSessionId()
    await session.clearSession()
    await expect(client().conversations.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('are what the Agents SDK goes on from by their id', async () => {
    served().upstream.answerNext(says('Noted.'), says('Ann.'))
    const { id: conversationId } = await client().conversations.create()
    const helper = new Agent({ name: 'helper', instructions: 'Help.', model: 'live' })
    await runner().run(helper, 'My name is Ann.', { conversationId })
    expect((await runner().run(helper, 'Who am I?', { conversationId })).finalOutput).toBe('Ann.')
    expect(await textsOf(conversationId)).toEqual(['My name is Ann.', 'Noted.', 'Who am I?', 'Ann.'])
  })

  it.each(['only-exec', 'live'])('are compacted by the openai package, on %s', async (model) => {
    served().upstream.answerNext(says('We counted to seven.'), says('Seven.'))
    const input = [
      { role: 'user' as const, content: 'Count.' },
      { role: 'assistant' as const, content: 'One, two, three, four, five, six, seven.' }
    ]
    const { input_tokens: long } = await client().responses.inputTokens.count({ model, input })
    expect(long).toBeGreaterThan(10)
    const { output } = await client().responses.compact({ model, input })
    expect(lastRequest()).not.toHaveProperty('tools.0')
    expect(output.map(({ type }) => type)).toEqual(['message', 'compaction'])
    const next = [...output, { role: 'user', content: 'Where were we?' }] as ResponseInput
    expect((await client().responses.create({ model, input: next })).output_text).toBe('Seven.')
    const sent = JSON.stringify(lastRequest()?.input)
    expect(sent).toMatch(/Count\..*We counted to seven\..*Where were we\?/)
    expect(sent).not.toContain('three, four')
  })

  it.each(['previous_response_id', 'input'] as const)(
    'are compacted by a session of the Agents SDK, by %s',
    async (compactionMode) => {
      served().upstream.answerNext(says('Noted.'), says('Ann likes seven.'), says('Ann.'))
      const session = new OpenAIResponsesCompactionSession({
        client: client(),
        model: 'gpt-5.5',
        compactionMode,
        shouldTriggerCompaction: ({ compactionCandidateItems: items }) => items.length > 0
      })
      const helper = new Agent({ name: 'helper', instructions: 'Help.', model: 'live' })
      await runner().run(helper, 'I am Ann, and I like seven.', { session })
      expect((await session.getItems()).map(({ type }) => type)).toEqual(['message', 'compaction'])
      expect((await runner().run(helper, 'Who am I?', { session })).finalOutput).toBe('Ann.')
      const sent = JSON.stringify(served().upstream.requests.at(-2)?.body.input)
      expect(sent).toMatch(/I am Ann.*Ann likes seven\..*Who am I/)
      expect(sent).not.toContain('Noted.')
    }
  )
})
