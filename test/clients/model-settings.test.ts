import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

describe('what a request says of its model', () => {
  const served = sharedGateway()
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
})
