import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources'
import { describe, expect, it } from 'vitest'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

/** What its client makes of an answer: the action is all from the first `finish(message=` on, else from the first `do(action=`. */
function actionIn(content: string): string {
  const marker = ['finish(message=', 'do(action='].find((text) => content.includes(text))
  return (marker === undefined ? content : content.slice(content.indexOf(marker))).trim()
}

/** Its second turn, as its client sends it: the image of the first is gone, the answer is wrapped in its tags again. */
const messages: ChatCompletionMessageParam[] = [
  { role: 'system', content: 'You operate a phone. Answer with <think>…</think><answer>do(action=…)</answer>.' },
  { role: 'user', content: [{ type: 'text', text: 'Open the settings\n\n{"current_app": "Home"}' }] },
  { role: 'assistant', content: '<think>I see the home screen.</think><answer>do(action="Home")</answer>' },
  {
    role: 'user',
    content: [
      { type: 'image_url', image_url: { url: png } },
      { type: 'text', text: '** Screen Info **\n\n{"current_app": "Home"}' }
    ]
  }
]

describe('Open-AutoGLM', () => {
  const served = sharedGateway()

  it.each([
    ['autoglm-phone-9b', 'do(action="Tap", element=[500,300])'],
    ['autoglm-live', 'do(action="Type", text="Hello World")'],
    ['autoglm-live', 'finish(message="All done.")']
  ])('finds the action in a streamed answer of %s: %s', async (model, action) => {
    const answer = `<think>I tap the icon.</think>\n<answer>\n${action}\n</answer>`
    served().upstream.answerAll(says(...answer.match(/[^]{1,3}/g)!)) // the tags are cut over many deltas
    const client = new OpenAI({ ...served() })
    const stream = await client.chat.completions.create({
      model,
      messages,
      max_tokens: 3000,
      temperature: 0,
      top_p: 0.85,
      frequency_penalty: 0.2,
      stream: true
    })
    let content = ''
    for await (const chunk of stream) content += chunk.choices[0]?.delta.content ?? ''
    expect(actionIn(content)).toBe(action)
    expect(content.startsWith('I tap the icon.')).toBe(true)
    expect(JSON.stringify(served().upstream.requests.at(-1)?.body.input)).toContain('data:image/png;base64,')
  })

  it('finds the model alive by its check', async () => {
    served().upstream.answerAll(says('Hi'))
    const { choices } = await new OpenAI({ ...served(), timeout: 30_000 }).chat.completions.create({
      model: 'autoglm-phone-9b',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 5,
      temperature: 0,
      stream: false
    })
    expect(choices).toHaveLength(1)
    expect(served().upstream.requests.at(-1)?.body).toMatchObject({ reasoning: { effort: 'low' } })
    expect(served().upstream.requests.at(-1)?.body.tools ?? []).toEqual([])
  })
})
