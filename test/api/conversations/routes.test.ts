import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conversation, conversationDeleted, itemPage } from '../../support/conversation-schemas.ts'
import { png } from '../../support/images.ts'
import { errorBody } from '../../support/openai-schemas.ts'
import { startResponses } from '../responses/start-responses.ts'
import type { StartedResponses } from '../responses/start-responses.ts'

const tokens = ['sk-test-aaaaaaaaaaaaaaaaaaaa', 'sk-test-bbbbbbbbbbbbbbbbbbbb'] as const
const say = (text: string) => ({ role: 'user' as const, content: text })

describe('conversations', () => {
  let home: string
  let served: StartedResponses
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'conversations-'))
    served = await startResponses([], { home, tokens: tokens.join(), maxBodyBytes: 20_000_000 })
  })
  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })

  const client = (token: string = tokens[0]) =>
    new OpenAI({ baseURL: `${served.url}/v1`, apiKey: token, maxRetries: 0 })
  const begin = async (...items: object[]) =>
    conversation.parse(await (await served.request('POST', 'conversations', { items })).json()).id
  const page = async (path: string) => itemPage.parse(await (await served.request('GET', path)).json())
  const errorOf = async (response: Response | Promise<Response>) => {
    const { status, body } = { status: (await response).status, body: await (await response).json() }
    const { code, param } = errorBody.parse(body).error
    return [status, code, param]
  }

  it('are made, read, given other metadata and deleted by the official client', async () => {
    const made = await client().conversations.create({ metadata: { topic: 'demo' }, items: [say('Hello!')] })
    expect(await client().conversations.retrieve(made.id)).toEqual(conversation.parse(made))
    const updated = await client().conversations.update(made.id, { metadata: { topic: 'other' } })
    expect(updated).toEqual({ ...made, metadata: { topic: 'other' } })
    expect((await client().conversations.update(made.id, { metadata: null })).metadata).toEqual({})
    expect((await page(`conversations/${made.id}/items`)).data).toMatchObject([{ content: [{ text: 'Hello!' }] }])
    conversationDeleted.parse(await client().conversations.delete(made.id))
    expect(await errorOf(served.request('GET', `conversations/${made.id}`))).toEqual([
      404,
      'conversation_not_found',
      null
    ])
    expect((await client().conversations.create()).metadata).toEqual({}) // which sends no body at all
  })

  it('have items, which are added, listed from either end, read and deleted by the official client', async () => {
    const id = await begin()
    const texts = Array.from({ length: 45 }, (_, index) => `item ${index}`)
    for (let at = 0; at < texts.length; at += 20) {
      const added = await client().conversations.items.create(id, { items: texts.slice(at, at + 20).map(say) })
      expect(itemPage.parse(added).data).toHaveLength(Math.min(20, texts.length - at))
    }
    for (const order of ['asc', 'desc'] as const) {
      const listed: unknown[] = []
      for await (const item of client().conversations.items.list(id, { order }))
        listed.push(item.type === 'message' && 'text' in item.content[0]! && item.content[0].text)
      expect(listed).toEqual(order === 'asc' ? texts : texts.toReversed())
    }
    const { data, last_id: last, has_more: more } = await page(`conversations/${id}/items?limit=1`)
    expect(more).toBe(true)
    expect(await client().conversations.items.retrieve(last!, { conversation_id: id })).toEqual(data[0])
    expect((await client().conversations.items.delete(last!, { conversation_id: id })).id).toBe(id)
    expect(await errorOf(served.request('GET', `conversations/${id}/items/${last}`))).toEqual([
      404,
      'item_not_found',
      null
    ])
    expect(await errorOf(served.request('DELETE', `conversations/${id}/items/${last}`))).toEqual([
      404,
      'item_not_found',
      null
    ])
  })

  it('have items of all kinds in the form of OpenAI’s', async () => {
    const id = await begin(
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'input_image', image_url: png, detail: 'low' }] },
      { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: '7' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Seven.' }], phase: 'final_answer' }
    )
    const { data } = await page(`conversations/${id}/items?order=asc`)
    expect(data.map(({ type }) => type)).toEqual([
      'message',
      'message',
      'reasoning',
      'function_call',
      'function_call_output',
      'message'
    ])
    expect(data[1]).toMatchObject({ content: [{ type: 'input_image', image_url: png, detail: 'low' }] })
    expect(data[2]).not.toHaveProperty('encrypted_content')
    for (const query of ['include=', 'include[]=', 'include%5B%5D=']) {
      const [reasoning] = (
        await page(`conversations/${id}/items?order=asc&${query}reasoning.encrypted_content&after=${data[1]?.id}`)
      ).data
      expect(reasoning).toMatchObject({ encrypted_content: 'gAAAA' })
    }
  })

  it('are their token’s alone', async () => {
    const id = await begin(say('A secret.'))
    const item = (await page(`conversations/${id}/items`)).last_id
    for (const [method, path, body] of [
      ['GET', id],
      ['POST', id, { metadata: {} }],
      ['DELETE', id],
      ['GET', `${id}/items`],
      ['POST', `${id}/items`, { items: [say('x')] }],
      ['GET', `${id}/items/${item}`],
      ['DELETE', `${id}/items/${item}`]
    ] as const) {
      const response = served.request(method, `conversations/${path}`, body, tokens[1])
      expect(await errorOf(response)).toEqual([404, 'conversation_not_found', null])
    }
    const response = served.request('POST', 'responses', { input: 'Who?', conversation: id }, tokens[1])
    expect(await errorOf(response)).toEqual([404, 'conversation_not_found', null])
    expect((await page(`conversations/${id}/items`)).data).toHaveLength(1)
  })

  it.each<[string, string, object, (string | number | null)[]]>([
    ['POST', '', { items: Array.from({ length: 21 }, () => say('x')) }, [400, 'invalid_value', 'items']],
    ['POST', '', { items: [{ role: 'nobody', content: 'x' }] }, [400, 'invalid_value', 'items[0].role']],
    ['POST', '', { items: [{ type: 'item_reference', id: 'msg_1' }] }, [400, 'invalid_value', 'items[0].type']],
    [
      'POST',
      '',
      {
        items: [say('x'), { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }] }]
      },
      [400, 'invalid_value', 'items[1].content[0].image_url']
    ],
    ['POST', '', { metadata: { a: 1 } }, [400, 'invalid_type', 'metadata.a']],
    ['POST', '/ID', {}, [400, 'missing_required_parameter', 'metadata']],
    ['POST', '/ID/items', {}, [400, 'missing_required_parameter', 'items']],
    ['GET', '/ID/items?limit=101', {}, [400, 'invalid_value', 'limit']],
    ['GET', '/ID/items?after=msg_1', {}, [400, 'invalid_value', 'after']],
    ['GET', '/conv_1', {}, [404, 'conversation_not_found', null]],
    ['GET', '', {}, [405, 'method_not_supported', null]],
    ['DELETE', '/ID/items', {}, [405, 'method_not_supported', null]],
    ['PUT', '/ID/items/msg_1', {}, [405, 'method_not_supported', null]]
  ])('are refused what is wrong, at its field: %s %s %j', async (method, path, body, expected) => {
    const id = await begin()
    const sent = method === 'POST' || method === 'PUT' ? body : undefined
    expect(await errorOf(served.request(method, `conversations${path.replace('ID', id)}`, sent))).toEqual(expected)
  })

  it('are added to by many at once, and nothing is lost', async () => {
    const id = await begin()
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client().conversations.items.create(id, { items: [say(`${index}a`), say(`${index}b`)] })
      )
    )
    const { data } = await page(`conversations/${id}/items?limit=100`)
    expect(new Set(data.map((item) => JSON.stringify(item.type === 'message' && item.content))).size).toBe(40)
  })
})

it('conversations are refused where nothing is stored', async () => {
  await using served = await startResponses([])
  for (const [path, body] of [
    ['conversations', {}],
    ['responses', { input: 'x', conversation: `conv_${'0'.repeat(48)}` }]
  ] as const) {
    const response = await served.request('POST', path, body)
    expect([response.status, errorBody.parse(await response.json()).error]).toMatchObject([
      400,
      { param: 'conversation', message: expect.stringContaining('CODEX_THREAD_TTL_HOURS') as string }
    ])
  }
})
