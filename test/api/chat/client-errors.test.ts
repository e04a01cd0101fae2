import OpenAI, { APIError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { admitted, message } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

const messages = [{ role: 'user' as const, content: 'Say pong.' }]
const streamed = { model: 'gpt-test', messages, stream: true } as const
const started: Step[] = [admitted, { type: 'turn.started' }]

/** The client as people use it, with its retries. */
const clientOf = (chat: StartedChat) => new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: 'EMPTY' })

describe('the official client’s errors', () => {
  const failed = (code: 'upstream_error' | 'usage_limit_exceeded' | 'upstream_auth'): Step => ({
    type: 'turn.failed',
    error: { code, message: 'No.' }
  })

  it.each([
    ['a model that is not there', [], { model: 'gpt-0' }, NotFoundError, { code: 'model_not_found', param: 'model' }],
    [
      'a role that is none',
      [],
      { messages: [{ role: 'robot', content: 'x' }] as never },
      BadRequestError,
      { param: 'messages[0].role' }
    ],
    [
      'a plan that is used up',
      [...started, failed('usage_limit_exceeded')],
      {},
      RateLimitError,
      { code: 'insufficient_quota' }
    ],
    [
      'a login that is missing',
      [...started, failed('upstream_auth')],
      {},
      InternalServerError,
      { code: 'upstream_auth_error' }
    ]
  ] as const)('say the kind, and nothing is tried twice: %s', async (_title, script, wrong, kind, fields) => {
    await using chat = await startChat(script)
    for (const stream of [false, true]) {
      const asking = clientOf(chat).chat.completions.create({ ...streamed, ...wrong, stream })
      const error = await asking.then(
        () => undefined,
        (error: unknown) => error
      )
      expect(error).toBeInstanceOf(kind)
      expect(error).toMatchObject(fields)
    }
    expect(chat.engine.turns.length).toBe(script.length === 0 ? 0 : 2)
  })

  it('are thrown out of a stream that breaks', async () => {
    await using chat = await startChat([...started, ...message('m', 'half'), failed('upstream_error')])
    const stream = await clientOf(chat).chat.completions.create(streamed)
    let text = ''
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    })()
    const error = await reading.then(
      () => undefined,
      (error: unknown) => error
    )
    expect(error).toBeInstanceOf(APIError)
    expect([text, (error as APIError).code]).toEqual(['half', 'upstream_error'])
  })
})
