import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compaction } from '../../support/conversation-schemas.ts'
import { png } from '../../support/images.ts'
import { errorBody } from '../../support/openai-schemas.ts'
import { completed, message, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'compact-'))
})
afterEach(() => rm(home, { recursive: true }))

const summary = turn(...message('m', 'We counted ', 'to seven.'))
const serving = (script: readonly Step[] = summary) => startResponses(script, { home })
const compact = async (served: StartedResponses, body: object) =>
  compaction.parse(await (await served.request('POST', 'responses/compact', { model: 'gpt-test', ...body })).json())
const errorOf = async (response: Promise<Response>) => {
  const answer = await response
  const { code, param } = errorBody.parse(await answer.json()).error
  return [answer.status, code, param]
}
const requestOf = (served: StartedResponses) => served.engine.turns.at(-1)?.request
const said = (served: StartedResponses) =>
  requestOf(served)?.history?.map((item) => item.type === 'message' && [item.role, item.content])
const text = (text: string) => [{ type: 'text', text }]

const long = [
  { role: 'developer', content: 'Be brief.' },
  { role: 'user', content: 'Count to seven.' },
  { role: 'assistant', content: 'One, two, three …' },
  { type: 'function_call', call_id: 'c', name: 'count', arguments: '{}' },
  { type: 'function_call_output', call_id: 'c', output: '7' },
  { role: 'user', content: [{ type: 'input_image', image_url: png }] }
]

describe('a compaction', () => {
  it('is the user’s messages and a summary, which one bare turn writes', async () => {
    await using served = await serving()
    const { output, usage } = await compact(served, { input: long, instructions: 'Help.' })
    expect(output).toMatchObject([
      { role: 'user', content: [{ type: 'input_text', text: 'Count to seven.' }] },
      { role: 'user', content: [{ type: 'input_image', image_url: png }] },
      { type: 'compaction' }
    ])
    expect(usage.total_tokens).toBe(120)
    expect(served.engine.turns).toHaveLength(1)
    const { history, input, profile, instructions, thread, tools } = requestOf(served)!
    expect([history?.length, profile, instructions, thread, tools]).toEqual([6, 'bare', 'Help.', undefined, undefined])
    expect(input).toMatchObject([{ type: 'text', text: expect.stringContaining('summary') as string }])
  })

  it('is understood as input, and compacted again', async () => {
    await using served = await serving()
    const first = await compact(served, { input: long.slice(0, 3) })
    const next = { role: 'user', content: 'And now?' }
    const response = await served.post({ model: 'gpt-test', input: [...first.output, next] })
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, null])
    const expected = [
      ['user', text('Count to seven.')],
      ['developer', text('Be brief.')],
      ['assistant', [{ type: 'text', text: expect.stringMatching(/^Summary.*We counted to seven\.$/s) as string }]]
    ]
    expect([said(served), requestOf(served)?.input]).toEqual([expected, text('And now?')])
    const second = await compact(served, { input: [...first.output, next] })
    expect(said(served)).toEqual([...expected, ['user', text('And now?')]])
    expect(second.output).toMatchObject([
      { content: [{ text: 'Count to seven.' }] },
      { content: [{ text: 'And now?' }] },
      { type: 'compaction' }
    ])
    await served.post({ model: 'gpt-test', input: [...second.output, next] })
    expect(said(served)).toContainEqual(['developer', text('Be brief.')])
  })

  it('is of what a response or a conversation has, too, which stay as they are', async () => {
    await using served = await serving()
    const { id } = (await (await served.post({ model: 'gpt-test', input: 'One?' })).json()) as { id: string }
    expect((await compact(served, { previous_response_id: id, input: null })).output).toMatchObject([
      { content: [{ text: 'One?' }] },
      { type: 'compaction' }
    ])
    const begun = await served.request('POST', 'conversations', { items: long.slice(1, 3) })
    const { id: conversation } = (await begun.json()) as { id: string }
    expect((await compact(served, { conversation, input: 'Two?' })).output).toMatchObject([
      { content: [{ text: 'Count to seven.' }] },
      { content: [{ text: 'Two?' }] },
      { type: 'compaction' }
    ])
    const items = await (await served.request('GET', `conversations/${conversation}/items`)).json()
    expect((items as { data: unknown[] }).data).toHaveLength(2)
  })

  it('passes over what another service has compacted, and says so', async () => {
    await using served = await serving()
    const input = [
      { type: 'compaction', encrypted_content: 'gAAAAABo' },
      { role: 'user', content: 'Hello.' }
    ]
    for (const path of ['responses', 'responses/compact']) {
      const response = await served.request('POST', path, { model: 'gpt-test', input })
      expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, 'input[0]'])
    }
  })

  it('fails where there is no complete summary', async () => {
    for (const script of [
      turn(),
      [...turn(...message('m', 'We cou')).slice(0, -1), { ...completed, cut: 'length' as const }],
      [...turn().slice(0, -1), { ...completed, refused: true }]
    ]) {
      await using served = await startResponses(script as Step[], { home })
      expect(await errorOf(served.request('POST', 'responses/compact', { input: 'x' }))).toEqual([
        502,
        'upstream_error',
        null
      ])
    }
  })

  it.each([
    [{}, [400, 'invalid_value', 'input']],
    [{ input: 'x', model: 'unheard-of' }, [404, 'model_not_found', 'model']],
    [{ input: 'x'.repeat(2_000) }, [400, 'context_length_exceeded', 'input']],
    [{ previous_response_id: 'resp_1' }, [400, 'previous_response_not_found', 'previous_response_id']],
    [{ conversation: 'conv_1' }, [404, 'conversation_not_found', null]],
    [
      { conversation: 'conv_1', previous_response_id: 'x' },
      [400, 'mutually_exclusive_parameters', 'previous_response_id']
    ]
  ])('is refused what is wrong, at its field: %j', async (body, expected) => {
    await using served = await serving()
    expect(await errorOf(served.request('POST', 'responses/compact', { model: 'gpt-test', ...body }))).toEqual(expected)
    expect(served.engine.turns).toEqual([])
  })
})

describe('the tokens of an input', () => {
  const count = async (served: StartedResponses, body: object) => {
    const response = await served.request('POST', 'responses/input_tokens', body)
    expect([response.status, response.headers.get('x-estimated')]).toEqual([200, 'true'])
    const answer = (await response.json()) as { object: string; input_tokens: number }
    expect(Object.keys(answer)).toEqual(['object', 'input_tokens'])
    return answer.input_tokens
  }

  it('are estimated from all that the request has and continues, and no turn is run', async () => {
    await using served = await serving()
    const input = 'x'.repeat(400)
    expect(await count(served, {})).toBe(0)
    expect(await count(served, { input })).toBe(104)
    expect(await count(served, { input, instructions: input })).toBe(208)
    expect(
      await count(served, { input, tools: [{ type: 'function', name: 'f', description: input }] })
    ).toBeGreaterThan(200)
    const begun = await served.request('POST', 'conversations', { items: [{ role: 'user', content: input }] })
    const { id: conversation } = (await begun.json()) as { id: string }
    expect(await count(served, { conversation, input })).toBe(208)
    expect(served.engine.turns).toEqual([])
    const { id } = (await (await served.post({ model: 'gpt-test', input })).json()) as { id: string }
    expect(await count(served, { previous_response_id: id })).toBeGreaterThan(104)
  })

  it('are not counted for a request that would be refused', async () => {
    await using served = await serving()
    const ask = (body: object) => errorOf(served.request('POST', 'responses/input_tokens', body))
    expect(await ask({ input: [{ role: 'nobody' }] })).toEqual([400, 'invalid_value', 'input[0].role'])
    expect(await ask({ model: 'unheard-of' })).toEqual([404, 'model_not_found', 'model'])
    expect(await ask({ conversation: 'conv_1' })).toEqual([404, 'conversation_not_found', null])
  })
})
