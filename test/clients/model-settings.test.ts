import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

describe('what a request says of its model', () => {
  const served = sharedGateway({
    CODEX_MODEL_ALIASES: JSON.stringify({
      assistant: { model: 'gpt-5.5' },
      live: { model: 'gpt-5.5', engine: 'app-server' },
      'assistant-bare': { model: 'gpt-5.5', profile: 'bare' },
      'live-bare': { model: 'gpt-5.5', profile: 'bare', engine: 'app-server' }
    })
  })
  const client = () => new OpenAI({ ...served(), maxRetries: 0 })
  const sent = () => served().upstream.requests.at(-1)?.body
  const messages = [{ role: 'user' as const, content: 'Hi' }]

  it.each([
    ['assistant', 'minimal', 'low'],
    ['live', 'minimal', 'low'],
    ['assistant', 'max', 'xhigh'],
    ['live', 'max', 'xhigh'],
    ['assistant', 'high', 'high'],
    ['live', 'high', 'high']
  ] as const)('%s, which has not the effort %s, gets %s', async (model, wanted, effort) => {
    served().upstream.answerAll(says('Hello.'))
    const chat = await client().chat.completions.create({ model, messages, reasoning_effort: wanted }).withResponse()
    expect(sent()?.['reasoning']).toMatchObject({ effort })
    const response = await client()
      .responses.create({ model, input: 'Hi', store: false, reasoning: { effort: wanted } })
      .withResponse()
    expect(sent()?.['reasoning']).toMatchObject({ effort })
    expect(response.data.reasoning?.effort).toBe(effort)
    for (const { headers } of [chat.response, response.response])
      expect(headers.get('x-codex-effort')).toBe(wanted === effort ? null : effort)
  })
  it.each([
    ['assistant', 'high', 'flex'],
    ['live', 'high', 'flex'],
    ['assistant-bare', 'medium', 'priority'],
    ['live-bare', 'medium', 'priority']
  ] as const)('%s writes with the verbosity %s, in the tier %s', async (model, verbosity, tier) => {
    served().upstream.answerAll(says('Hello.'))
    const wanted = { text: { verbosity }, service_tier: tier }
    const chat = { model, messages, verbosity, service_tier: tier }
    const { data, response } = await client().chat.completions.create(chat).withResponse()
    expect(sent()).toMatchObject(wanted)
    expect([data.service_tier, response.headers.get('x-ignored-parameters')]).toEqual([tier, null])
    for await (const chunk of await client().chat.completions.create({ ...chat, stream: true }))
      expect(chunk.service_tier).toBe(tier)
    const first = await client().responses.create({ model, input: 'Hi', text: { verbosity }, service_tier: tier })
    expect(sent()).toMatchObject(wanted)
    expect(first).toMatchObject({ service_tier: tier, text: { verbosity, format: { type: 'text' } } })
    const next = { model, input: 'Go on.', previous_response_id: first.id }
    await client().responses.create({ ...next, text: { verbosity: 'low' }, service_tier: 'auto' })
    expect(sent()).toMatchObject({ text: { verbosity: 'low' } })
    expect(sent()).not.toHaveProperty('service_tier')
  })

  it('a caller’s tools are no hindrance to verbosity and tier', async () => {
    served().upstream.answerAll(says('Hello.'))
    const tools = [{ type: 'function' as const, function: { name: 'f' } }]
    await client().chat.completions.create({
      model: 'assistant',
      messages,
      tools,
      verbosity: 'high',
      service_tier: 'flex'
    })
    expect(sent()).toMatchObject({ text: { verbosity: 'high' }, service_tier: 'flex' })
    await client().chat.completions.create({ model: 'codex-bare', messages })
    expect(sent()?.['text'] ?? {}).not.toHaveProperty('verbosity')
    expect(sent()).not.toHaveProperty('service_tier')
  })

  it('names the tier that Codex cannot ask for', async () => {
    served().upstream.answerAll(says('Hello.'))
    const create = client().chat.completions.create({ model: 'assistant', messages, service_tier: 'scale' })
    expect((await create.withResponse()).response.headers.get('x-ignored-parameters')).toBe('service_tier')
  })
})
