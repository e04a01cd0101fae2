import OpenAI from 'openai'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoredCompletions } from '../../../src/api/chat/stored-completions.ts'
import { completionKind } from '../../../src/api/chat/stored-kind.ts'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { png } from '../../support/images.ts'
import { completionDeleted, errorBody, messagePage, storedCompletion } from '../../support/openai-schemas.ts'
import { message, reasoning, turn } from '../../support/scripted-engine.ts'
import { bounds, opened, storeFolder, tamper } from '../../store/opened.ts'
import { ask, startChat } from './start-chat.ts'

const script = turn(...reasoning('r', 'hm'), ...message('m', 'po', 'ng'))

/** A gateway that stores completions, and what asks it. */
async function serving() {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const completions = new StoredCompletions(store.records(completionKind(bounds)))
  const served = await startChat(script, { completions, aliases: { other: { model: 'gpt-test' } } })
  onTestFinished(() => served[Symbol.asyncDispose]())
  const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'none', maxRetries: 0 }).chat.completions
  const get = async (path: string) => (await fetch(`${served.url}/v1/chat/completions${path}`)).json()
  const idOf = async (more: object = {}) =>
    ((await (await served.post({ ...ask, store: true, ...more })).json()) as { id: string }).id
  return { folder, served, completions, client, get, idOf }
}

describe('a stored chat completion', () => {
  it('is read, given other metadata, and deleted by the official client', async () => {
    const { client } = await serving()
    const made = await client.create({ ...asked, store: true, metadata: { topic: 'demo' } })
    expect(await client.retrieve(made.id)).toEqual({ ...made, metadata: { topic: 'demo' } })
    const updated = storedCompletion.parse(await client.update(made.id, { metadata: { topic: 'other' } }))
    expect(updated).toEqual({ ...made, metadata: { topic: 'other' } })
    expect(await client.retrieve(made.id)).toEqual(updated)
    expect((await client.list({ metadata: { topic: 'demo' } })).data).toEqual([])
    expect((await client.list({ metadata: { topic: 'other' } })).data).toEqual([updated])
    completionDeleted.parse(await client.delete(made.id))
    const { id } = made
    for (const attempt of [() => client.retrieve(id), () => client.delete(id), () => client.messages.list(id)])
      await expect(attempt()).rejects.toMatchObject({ status: 404, code: 'chat_completion_not_found' })
  })

  it('is what its stream has sent, with all of its choices', async () => {
    const { served, client } = await serving()
    const response = await served.post({ ...ask, store: true, stream: true, stream_options: { include_usage: true } })
    const { content, reasoning: thought, chunks, usage } = chatStreamFrom(await response.text())
    const stored = storedCompletion.parse(await client.retrieve(chunks[0]!.id))
    expect(stored).toMatchObject({
      choices: [{ index: 0, message: { content, reasoning_content: thought }, finish_reason: 'stop' }],
      usage,
      metadata: {}
    })
    const both = await served.post({ ...ask, store: true, stream: true, n: 2 })
    const id = /chatcmpl-\w+/.exec(await both.text())![0]
    expect(storedCompletion.parse(await client.retrieve(id)).choices.map(({ index }) => index)).toEqual([0, 1])
  })

  it('is stored only where its client asks for it, and its turn did not fail', async () => {
    const { served, client } = await serving()
    const response = await served.post({ ...ask, metadata: { a: 'b' } })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'metadata'])
    const stored = await served.post({ ...ask, store: true, metadata: { a: 'b' } })
    expect([stored.status, stored.headers.get('x-ignored-parameters')]).toEqual([200, null])
    expect((await client.list()).data).toHaveLength(1)
    const failed = await served.post({ ...ask, store: true, messages: [{ role: 'user', content: '' }] })
    expect([failed.status, (await client.list()).data.length]).toEqual([400, 1])
    expect(served.engine.turns.every(({ request }) => request.thread === undefined)).toBe(true)
  })

  it('is an answer all the same where it cannot be stored, and the header says so', async () => {
    const { served, folder, client } = await serving()
    await served.post({ ...ask, store: true })
    tamper(folder, "CREATE TRIGGER full BEFORE INSERT ON parts BEGIN SELECT RAISE(ABORT, 'full'); END")
    const response = await served.post({ ...ask, store: true })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'store'])
    const streamed = await served.post({ ...ask, store: true, stream: true })
    expect(chatStreamFrom(await streamed.text()).content).toBe('pong')
    expect((await client.list()).data).toHaveLength(1)
  })

  it('has the messages of its request, page by page', async () => {
    const { client, get, idOf } = await serving()
    const messages = [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        name: 'ann',
        content: [
          { type: 'text', text: 'Look.' },
          { type: 'image_url', image_url: { url: png } }
        ]
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }]
      },
      { role: 'tool', tool_call_id: 'c', content: '7' },
      { role: 'user', content: 'And?' }
    ]
    const id = await idOf({ messages })
    const { data } = messagePage.parse(await get(`/${id}/messages`))
    expect(data.map(({ role, content, content_parts: parts }) => [role, content ?? parts?.length ?? null])).toEqual([
      ['developer', 'Be brief.'],
      ['user', 2],
      ['assistant', null],
      ['tool', '7'],
      ['user', 'And?']
    ])
    expect(data[1]).toMatchObject({ name: 'ann', content_parts: messages[1]!.content })
    expect([data[2]?.tool_calls, data[3]?.tool_call_id]).toEqual([messages[2]!.tool_calls, 'c'])
    const listed: string[] = []
    for await (const one of client.messages.list(id, { limit: 2, order: 'desc' })) listed.push(one.id)
    expect(listed).toEqual(data.map((one) => one.id).toReversed())
  })
})

it('stored completions are found by their owner alone, and in their workspace', async () => {
  const { completions, idOf } = await serving()
  const id = await idOf()
  const page = { limit: 20, order: 'asc' } as const
  const own = { owner: 'anonymous', workspace: 'default' }
  expect((await completions.list(own, page, { metadata: {} })).data).toHaveLength(1)
  for (const scope of [
    { ...own, owner: 'other' },
    { ...own, workspace: 'other' }
  ]) {
    expect((await completions.list(scope, page, { metadata: {} })).data).toEqual([])
    for (const attempt of [
      () => completions.find(scope, id),
      () => completions.update(scope, id, {}),
      () => completions.delete(scope, id),
      () => completions.messages(scope, id, page)
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found', reason: 'unknown_completion' })
  }
  expect((await completions.find(own, id)).id).toBe(id)
})

it('a completion that is to be stored where nothing is says so', async () => {
  await using served = await startChat(script)
  const response = await served.post({ ...ask, store: true, metadata: { a: 'b' } })
  expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'store, metadata'])
  expect((await fetch(`${served.url}/v1/chat/completions`)).status).toBe(404)
  await using strict = await startChat(script, { unsupportedParameters: 'reject' })
  const refused = await strict.post({ ...ask, store: true })
  expect([refused.status, errorBody.parse(await refused.json()).error.param]).toEqual([400, 'store'])
})

const asked = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'Say pong.' }] }
