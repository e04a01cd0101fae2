import { describe, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { responseStreamFrom } from '../../support/response-stream.ts'
import { forever, gate, message, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { begun, historyOf, pong, say, serving } from './start-conversation.ts'

const whole = async (response: Response) => responseResource.parse(await response.json())
const errorOf = async (response: Response | Promise<Response>) => {
  const answer = await response
  return [answer.status, errorBody.parse(await answer.json()).error]
}

describe('a response in a conversation', () => {
  it.each<[string, object]>([
    ['whole', {}],
    ['streamed', { stream: true }],
    ['named by an object', { object: true }],
    ['not stored', { store: false }]
  ])('continues it and is added to it, %s', async (_title, { object, ...more }: { object?: true }) => {
    await using served = await serving()
    const { id, ask, texts, items } = await begun(served, say('My name is Ann.'))
    const named = object ? { ...more, conversation: { id } } : more
    const response = await ask('Say pong.', { ...named, reasoning: { summary: 'auto' } })
    const made = 'stream' in more ? responseStreamFrom(await response.text()).response : await whole(response)
    expect(made).toMatchObject({ conversation: { id }, store: !('store' in more), previous_response_id: null })
    expect(historyOf(served)).toEqual([{ type: 'text', text: 'My name is Ann.' }])
    expect(await texts()).toEqual(['user: My name is Ann.', 'user: Say pong.', 'reasoning', 'assistant: pong'])
    expect((await items()).slice(2)).toEqual(made.output)
    expect((await served.ask('GET', made.id)).status).toBe('store' in more ? 404 : 200)
    await ask('And now?')
    expect(historyOf(served).at(-1)).toEqual({ type: 'text', text: 'pong' })
    expect(await texts()).toHaveLength(6)
  })

  it('is added to it when it is done, in the background', async () => {
    const { step, open } = gate()
    await using served = await serving(turn(step, ...message('m', 'pong')))
    const { ask, texts } = await begun(served)
    const { id } = await whole(await ask('Say pong.', { background: true }))
    expect(await texts()).toEqual([])
    expect((await errorOf(ask('Me, too.')))[1]).toMatchObject({ code: 'conversation_locked' })
    open()
    await expect.poll(async () => (await whole(await served.ask('GET', id))).status).toBe('completed')
    expect(await texts()).toEqual(['user: Say pong.', 'assistant: pong'])
    expect((await ask('Me, too.')).status).toBe(200)
  })

  it('has it to itself, in OpenAI’s words, until it is done', async () => {
    const { step, open } = gate()
    await using served = await serving(turn(step, ...message('m', 'pong')))
    const { id, ask, texts, items } = await begun(served, say('Hello.'))
    const first = ask('Say pong.')
    await expect.poll(() => served.engine.running).toBe(1)
    const [item] = await items()
    for (const [method, path, body] of [
      ['POST', 'responses', { input: 'x', conversation: id }],
      ['POST', `conversations/${id}/items`, { items: [say('x')] }],
      ['DELETE', `conversations/${id}/items/${item?.id}`]
    ] as const)
      expect(await errorOf(served.request(method, path, body))).toEqual([
        400,
        {
          message: 'Another process is currently operating on this conversation. Please retry in a few seconds.',
          type: 'invalid_request_error',
          param: 'conversation',
          code: 'conversation_locked'
        }
      ])
    open()
    expect((await first).status).toBe(200)
    expect(await texts()).toEqual(['user: Hello.', 'user: Say pong.', 'assistant: pong'])
  })

  it.each([true, false])('that fails adds nothing and leaves it free (streamed: %s)', async (stream) => {
    const failure: Step = { type: 'turn.failed', error: { code: 'upstream_error', message: 'no' } }
    let fails = true
    await using served = await serving(() => (fails ? [failure] : pong))
    const { ask, texts } = await begun(served)
    await (await ask('Say pong.', { stream })).text()
    fails = false
    expect(await texts()).toEqual([])
    expect((await ask('Say pong.')).status).toBe(200)
    await (await ask('Say pong.', { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] })).text()
    expect((await ask('Say pong.')).status).toBe(200)
  })

  it('that its client leaves adds nothing and leaves it free', async () => {
    let waits = true
    await using served = await serving(() => (waits ? [forever] : pong))
    const { id, ask, texts } = await begun(served)
    const abort = new AbortController()
    const left = served.post({ input: 'Wait.', conversation: id }, abort.signal)
    await expect.poll(() => served.engine.running).toBe(1)
    abort.abort()
    await expect(left).rejects.toThrow()
    waits = false
    await expect.poll(async () => (await ask('Say pong.')).status).toBe(200)
    expect(await texts()).toEqual(['user: Say pong.', 'assistant: pong'])
  })

  it('says so where the conversation was deleted meanwhile', async () => {
    const { step, open } = gate()
    await using served = await serving(turn(step, ...message('m', 'pong')))
    const { id, ask } = await begun(served)
    const response = ask('Say pong.')
    await expect.poll(() => served.engine.running).toBe(1)
    expect((await served.request('DELETE', `conversations/${id}`)).status).toBe(200)
    open()
    expect(await whole(await response)).toMatchObject({ status: 'completed', conversation: null, store: true })
  })

  it('does not continue a response as well', async () => {
    await using served = await serving()
    const { ask } = await begun(served)
    expect(await errorOf(ask('x', { previous_response_id: `resp_${'0'.repeat(48)}` }))).toMatchObject([
      400,
      { code: 'mutually_exclusive_parameters', param: 'previous_response_id' }
    ])
  })

  it('may name the items of it by their ids', async () => {
    await using served = await serving()
    const { ask, items } = await begun(served, say('Hello.'))
    const [item] = await items()
    const input = [{ type: 'item_reference', id: item?.id }, say('What did I say?')]
    expect((await ask('', { input })).status).toBe(200)
    expect(historyOf(served)).toEqual([1, 2].map(() => ({ type: 'text', text: 'Hello.' })))
  })

  it('is refused where an item of the conversation has lost its call', async () => {
    await using served = await serving()
    const { ask, id, items } = await begun(
      served,
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: '7' }
    )
    await served.request('DELETE', `conversations/${id}/items/${(await items())[0]?.id}`)
    expect(await errorOf(ask('x'))).toMatchObject([400, { param: 'conversation[0].call_id' }])
    expect(await errorOf(ask('x'))).toMatchObject([400, { param: 'conversation[0].call_id' }]) // and not locked
  })
})
