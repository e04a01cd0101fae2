import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom } from '../../support/response-stream.ts'
import { message, reasoning, toolCall, turn } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kept-'))
})
afterEach(() => rm(home, { recursive: true }))

const tokens = 'sk-test-aaaaaaaaaaaaaaaaaaaa,sk-test-bbbbbbbbbbbbbbbbbbbb'
const serving = () => startResponses(turn(...reasoning('r', 'hm'), ...message('m', 'pong')), { home, tokens })
const whole = async (response: Response) => responseResource.parse(await response.json())
const errorOf = async (response: Response) => [response.status, errorBody.parse(await response.json()).error.code]
const text = (text: string) => [{ type: 'text', text }]
const requestOf = (served: StartedResponses) => served.engine.turns.at(-1)?.request

describe('a stored response', () => {
  it.each([true, false])(
    'can be read as soon as it was answered, also after a restart (streamed: %s)',
    async (stream) => {
      let answer: unknown
      {
        await using served = await serving()
        const response = await served.post({ ...ask, stream })
        answer = stream ? responseStreamFrom(await response.text()).response : await response.json()
        expect(await (await served.ask('GET', responseResource.parse(answer).id)).json()).toEqual(answer)
      }
      await using again = await serving()
      expect(await (await again.ask('GET', responseResource.parse(answer).id)).json()).toEqual(answer)
    }
  )

  it('is another token’s neither to read, to delete, nor to continue', async () => {
    await using served = await serving()
    const { id } = await whole(await served.post(ask))
    const [, other] = tokens.split(',')
    for (const [method, path] of [
      ['GET', id],
      ['GET', `${id}/input_items`],
      ['DELETE', id]
    ] as const) {
      expect(await errorOf(await served.ask(method, path, other))).toEqual([404, 'response_not_found'])
    }
    const response = await fetch(`${served.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${other}` },
      body: JSON.stringify({ ...ask, previous_response_id: id })
    })
    expect(await errorOf(response)).toEqual([400, 'previous_response_not_found'])
    expect((await served.ask('GET', id)).status).toBe(200)
  })

  it('is gone when it was deleted', async () => {
    await using served = await serving()
    const { id } = await whole(await served.post(ask))
    expect(await (await served.ask('DELETE', id)).json()).toEqual({ id, object: 'response', deleted: true })
    expect(await errorOf(await served.ask('GET', id))).toEqual([404, 'response_not_found'])
    expect(await errorOf(await served.ask('DELETE', id))).toEqual([404, 'response_not_found'])
    expect(await errorOf(await served.post({ ...ask, previous_response_id: id }))).toEqual([
      400,
      'previous_response_not_found'
    ])
  })

  it('lists its input, page by page', async () => {
    await using served = await serving()
    const input = [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
      { role: 'user', content: 'three' }
    ]
    const { id } = await whole(await served.post({ ...ask, input }))
    const page = async (query: string) => {
      const {
        data,
        has_more: more,
        last_id: last
      } = (await (await served.ask('GET', `${id}/input_items${query}`)).json()) as {
        data: { content: { text: string }[] }[]
        has_more: boolean
        last_id: string
      }
      return { texts: data.map(({ content }) => content[0]?.text), more, last }
    }
    expect((await page('')).texts).toEqual(['three', 'two', 'one'])
    const first = await page('?order=asc&limit=2')
    expect([first.texts, first.more]).toEqual([['one', 'two'], true])
    expect(await page(`?order=asc&after=${first.last}`)).toMatchObject({ texts: ['three'], more: false })
    for (const query of ['limit=0', 'after=msg_unknown'])
      expect(await errorOf(await served.ask('GET', `${id}/input_items?${query}`))).toEqual([400, 'invalid_value'])
  })

  it('is not stored, where its client or the operator sets that', async () => {
    await using served = await serving()
    const { id, store } = await whole(await served.post({ ...ask, store: false }))
    expect([store, await readdir(home)]).toEqual([false, []])
    expect(await errorOf(await served.ask('GET', id))).toEqual([404, 'response_not_found'])
    await using forgetful = await startResponses(turn(...message('m', 'pong')))
    expect((await whole(await forgetful.post(ask))).store).toBe(false)
  })
})

describe('a response that continues another', () => {
  it('is a turn that is sent the history, from any point of it', async () => {
    await using served = await serving()
    const first = await whole(await served.post({ ...ask, instructions: 'Be brief.' }))
    const second = await whole(
      await served.post({ ...ask, input: 'And now?', previous_response_id: first.id, stream: false })
    )
    expect(second.previous_response_id).toBe(first.id)
    const message = (role: string, what: string) => ({ type: 'message', role, content: text(what) })
    const before = [message('user', 'Say pong.'), message('assistant', 'pong')]
    expect(requestOf(served)).toMatchObject({ input: text('And now?'), history: before })
    expect(requestOf(served)?.instructions).toBeUndefined()
    await served.post({ ...ask, input: 'Then?', previous_response_id: second.id })
    expect(requestOf(served)).toMatchObject({
      input: text('Then?'),
      history: [...before, message('user', 'And now?'), message('assistant', 'pong')]
    })
    await served.post({ ...ask, input: 'Or else?', previous_response_id: first.id })
    expect(requestOf(served)).toMatchObject({ input: text('Or else?'), history: before })
  })

  it('may consist of only the outputs of the calls before', async () => {
    await using served = await startResponses(turn(toolCall('call_1', 'f', '{}')), { home })
    const tools = [{ type: 'function', name: 'f' }]
    const { id } = await whole(await served.post({ ...ask, tools }))
    const input = [{ type: 'function_call_output', call_id: 'call_1', output: '7' }]
    await served.post({ ...ask, tools, input, previous_response_id: id })
    expect(requestOf(served)).toMatchObject({
      input: [],
      history: [{ role: 'user' }, { type: 'tool_call', call_id: 'call_1' }, { type: 'tool_result', call_id: 'call_1' }]
    })
  })

  it('may name items by their ids', async () => {
    await using served = await serving()
    const { output } = await whole(await served.post({ ...ask, reasoning: { summary: 'auto' } }))
    const references = output.map(({ id }) => ({ type: 'item_reference', id }))
    await served.post({
      ...ask,
      input: [{ role: 'user', content: 'x' }, ...references, { role: 'user', content: 'y' }]
    })
    expect(requestOf(served)).toMatchObject({
      input: text('y'),
      history: [{ role: 'user' }, { role: 'assistant', content: text('pong') }]
    })
    expect(
      await errorOf(await served.post({ ...ask, input: [{ type: 'item_reference', id: `${output[0]?.id}9` }] }))
    ).toEqual([400, 'invalid_value'])
  })

  it('is what the official client does', async () => {
    await using served = await serving()
    const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: tokens.split(',')[0] })
    const first = await client.responses.create(ask)
    const second = await client.responses.stream({ ...ask, previous_response_id: first.id }).finalResponse()
    expect((await client.responses.retrieve(second.id)).output_text).toBe('pong')
    const items: string[] = []
    for await (const item of client.responses.inputItems.list(second.id)) items.push(item.type ?? '')
    expect(items).toEqual(['message'])
    await client.responses.delete(first.id)
    await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
  })
})
