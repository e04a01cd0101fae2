import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { startRestartableGateway, tokens } from './restartable-gateway.ts'
import type { RestartableGateway } from './restartable-gateway.ts'

describe.each(['exec', 'app-server'])('the prompt limit of a conversation on %s', (engine) => {
  let gateway: RestartableGateway
  beforeAll(async () => {
    gateway = await startRestartableGateway(() => says('Yes.'), {
      CODEX_ENGINE: engine,
      CODEX_MAX_PROMPT_CHARS: '1000'
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const ask = async (letter: string, more: Partial<ResponseCreateParamsNonStreaming> = {}, count = 400) => {
    const client = new OpenAI({ baseURL: gateway.url(), apiKey: tokens[0], maxRetries: 0 })
    const { data, response } = await client.responses
      .create({ model: 'gpt-5.5', input: letter.repeat(count), ...more })
      .withResponse()
    return { id: data.id, thread: response.headers.get('x-codex-thread-id')! }
  }
  const conversation = async () => {
    const first = await ask('a')
    const second = await ask('b', { previous_response_id: first.id })
    return ask('c', { previous_response_id: second.id })
  }
  const sent = () => JSON.stringify(gateway.upstream.requests.at(-1)!.body.input)
  const tooLong = { status: 400, code: 'context_length_exceeded', param: 'input' }

  it('counts what is sent, not what its thread contains', async () => {
    const third = await conversation()
    const fourth = await ask('d', { previous_response_id: third.id })
    expect(fourth.thread).toBe(third.thread)
    for (const letter of 'abcd') expect(sent()).toContain(letter.repeat(400))
  })

  it('refuses a turn that sends too much, and leaves the thread to the next one', async () => {
    const third = await conversation()
    await expect(ask('d', { previous_response_id: third.id }, 1_001)).rejects.toMatchObject(tooLong)
    expect((await ask('e', { previous_response_id: third.id })).thread).toBe(third.thread)
  })

  it('counts the whole history where no thread contains it', async () => {
    const third = await conversation()
    await expect(ask('d', { previous_response_id: third.id, instructions: 'Rhyme.' })).rejects.toMatchObject(tooLong)
    await expect(ask('d', { previous_response_id: third.id, store: false })).rejects.toMatchObject(tooLong)
  })

  it('does not end a conversation whose thread is gone', async () => {
    const third = await conversation()
    for (const path of (await gateway.rollouts()).filter((path) => path.includes(third.thread)))
      await rm(join(gateway.home, path))
    expect((await ask('d', { previous_response_id: third.id })).thread).not.toBe(third.thread)
    for (const letter of 'abcd') expect(sent()).toContain(letter.repeat(400))
  })
})
