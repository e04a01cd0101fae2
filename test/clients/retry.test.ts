import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { generateText } from 'ai'
import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { sharedGateway } from './shared-gateway.ts'

const served = sharedGateway({ CODEX_MAX_CONCURRENCY: '3', CODEX_MAX_QUEUE: '0' })

it('clients try again by themselves when no slot was free', async () => {
  const { upstream, baseURL, apiKey, answers } = served()
  const { opened, open } = gate()
  const prompt = 'Say hello.'
  const ask = { model: 'assistant', messages: [{ role: 'user' as const, content: prompt }] }
  const openai = new OpenAI({ ...served() })
  upstream.answerNext(says('Hello.'))
  await openai.chat.completions.create(ask) // so that the gateway knows how long a turn takes
  upstream.answerAll(heldAfter('response.created', says('Hello.'), opened))
  const first = Promise.all([1, 2, 3].map(() => openai.chat.completions.create(ask)))
  await upstream.requested(4)
  const refused = () => answers.filter(({ status }) => status === 429).length
  const before = refused() // the slot of the first may have been taken for a moment longer
  const others = [
    openai.chat.completions.create(ask, { maxRetries: 10 }).then(({ choices: [choice] }) => choice?.message.content),
    generateText({
      model: createOpenAICompatible({ name: 'codex', ...served() })('assistant'),
      prompt,
      maxRetries: 10
    }).then(({ text }) => text),
    new ChatOpenAI({ model: 'assistant', apiKey, configuration: { baseURL }, maxRetries: 10 })
      .invoke(prompt)
      .then(({ text }) => text)
  ]
  await expect.poll(() => refused() - before).toBe(3)
  open()
  await first
  expect(await Promise.all(others)).toEqual(['Hello.', 'Hello.', 'Hello.'])
})
