import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startExec } from '../../engines/exec/rig.ts'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { png } from '../../support/images.ts'
import { chatCompletion, errorBody } from '../../support/openai-schemas.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { failures } from '../../support/upstream/failure.ts'
import { message, reasoning } from '../../support/upstream/items.ts'
import { ask, startChat } from './start-chat.ts'
import type { StartedChat } from './start-chat.ts'

describe('a chat completion by the real codex', () => {
  let rig: Awaited<ReturnType<typeof startExec>>
  let chat: StartedChat
  beforeAll(async () => {
    rig = await startExec()
    chat = await startChat([], { engine: rig.engine })
  })
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })

  it('is the same streamed or not: messages, reasoning and tokens', async () => {
    rig.upstream.answerAll(
      answer([reasoning('Let me see.'), message('One.', 'commentary'), message(['Two', '.'], 'final_answer')])
    )
    const whole = chatCompletion.parse(await (await chat.post(ask)).json())
    const streamed = chatStreamFrom(
      await (await chat.post({ ...ask, stream: true, stream_options: { include_usage: true } })).text()
    )
    expect(whole.choices[0].message).toMatchObject({ content: 'Two.', reasoning_content: 'Let me see.\n\nOne.' })
    expect(streamed).toMatchObject({
      content: 'Two.',
      reasoning: 'Let me see.\n\nOne.',
      finishReason: 'stop',
      usage: whole.usage
    })
    expect(whole.usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 }
    })
  })

  it('of any JSON object asks upstream for a schema that is closed, and gives the object', async () => {
    rig.upstream.answerAll(says('{"json":', '"{\\"a\\": [1]}"}'))
    const whole = chatCompletion.parse(
      await (await chat.post({ ...ask, response_format: { type: 'json_object' } })).json()
    )
    expect(whole.choices[0].message.content).toBe('{"a": [1]}')
    const { text } = rig.upstream.requests.at(-1)!.body as unknown as { text: { format: unknown } }
    expect(text.format).toMatchObject({
      type: 'json_schema',
      strict: true,
      schema: { required: ['json'], additionalProperties: false }
    })
  })

  it('shows the model the image, where it stood', async () => {
    rig.upstream.answerAll(says('A pixel.'))
    await chat.post({
      ...ask,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: png } },
            { type: 'text', text: 'What is it?' }
          ]
        }
      ]
    })
    expect(JSON.stringify(rig.upstream.requests.at(-1)!.body)).toMatch(
      /data:image\/png;base64.*\[image 1\]\\nWhat is it\?/s
    )
  })

  it('that is refused upstream has a status, streamed or not', async () => {
    rig.upstream.answerAll(failures.usageLimit)
    for (const stream of [false, true]) {
      const response = await chat.post({ ...ask, stream })
      expect([response.status, errorBody.parse(await response.json()).error.code]).toEqual([429, 'insufficient_quota'])
    }
  })
})
