import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { sharedGateway } from '../clients/shared-gateway.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { incomplete } from '../support/upstream/failure.ts'
import { message } from '../support/upstream/items.ts'
import { cutAfter } from '../support/upstream/script.ts'
import { runs } from '../support/upstream/tool-calls.ts'

const gateway = sharedGateway({ CODEX_SANDBOX: 'read-only' })
const client = () => new OpenAI({ ...gateway(), maxRetries: 0 })

interface Used {
  requests: number
  responses: number
  input_tokens: number
  output_tokens: number
  unknown_responses: number
}

async function get<T>(path: string): Promise<T> {
  const { baseURL, apiKey } = gateway()
  const found = await fetch(baseURL + path, { headers: { authorization: `Bearer ${apiKey}` } })
  expect(found.status).toBe(200)
  return (await found.json()) as T
}

const usedToday = async () => (await get<{ periods: { day: Used } }>('/usage')).periods.day

/** What `action` has used, as the gateway tells it. */
async function usedBy(action: () => Promise<unknown>): Promise<Used> {
  const before = await usedToday()
  await action()
  const after = await usedToday()
  const fields = ['requests', 'responses', 'input_tokens', 'output_tokens', 'unknown_responses'] as const
  return Object.fromEntries(fields.map((field) => [field, after[field] - before[field]])) as unknown as Used
}

const ask = (model: string, signal?: AbortSignal) =>
  client().responses.create({ model, input: 'Say something.' }, { signal: signal ?? null })

describe.each(['live', 'only-exec'])('the usage of turns on %s', (model) => {
  it('is what the model has reported', async () => {
    gateway().upstream.answerAll(answer([message('Hello.')], { input: 1234, output: 56 }))
    expect(await usedBy(() => ask(model))).toEqual({
      ...{ requests: 1, responses: 1, input_tokens: 1234, output_tokens: 56, unknown_responses: 0 }
    })
  })

  it('is that of all its requests to the model', async () => {
    gateway().upstream.answerAll(runs('true', says('Done.')))
    const used = await usedBy(() => ask(model))
    expect(used).toMatchObject({ requests: 1, input_tokens: 200, output_tokens: 40, unknown_responses: 0 })
  })

  it('names the answer that was cut off when its client left, and invents no tokens for it', async () => {
    gateway().upstream.answerAll(cutAfter('response.output_text.delta', says('One', ' two'), 'hang'))
    const abort = new AbortController()
    const used = await usedBy(async () => {
      const asked = gateway().upstream.requested(gateway().upstream.count + 1)
      const left = ask(model, abort.signal).catch(() => {})
      await asked
      abort.abort()
      await left
      await expect
        .poll(async () => (await get<{ data: { status: string }[] }>('/usage/turns?limit=1')).data[0]?.status, {
          timeout: 20_000
        })
        .toBe('interrupted')
    })
    expect(used).toEqual({ requests: 1, responses: 0, input_tokens: 0, output_tokens: 0, unknown_responses: 1 })
  })
})

it('an answer that the model could not end is counted on app-server', async () => {
  gateway().upstream.answerAll(incomplete('max_output_tokens', 'Half an'))
  expect(await usedBy(() => ask('live'))).toMatchObject({ responses: 1, input_tokens: 100, unknown_responses: 0 })
})

it('tells turns, sums and CSV alike', async () => {
  interface Turn {
    status: string
    input_tokens: number
    output_tokens: number
  }
  const turns = (await get<{ data: Turn[] }>('/usage/turns?limit=100')).data
  const { input_tokens, output_tokens } = await usedToday()
  expect(turns.reduce((sum, turn) => sum + turn.input_tokens, 0)).toBe(input_tokens)
  expect(turns.reduce((sum, turn) => sum + turn.output_tokens, 0)).toBe(output_tokens)
  const { data } = await get<{ data: { engine: string; input_tokens: number }[] }>('/api/usage?by=engine')
  expect(data.map(({ engine }) => engine)).toEqual(['app-server', 'exec'])
  expect(data.reduce((sum, row) => sum + row.input_tokens, 0)).toBe(input_tokens)
  const { baseURL, apiKey } = gateway()
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'text/csv' }
  const csv = await fetch(`${baseURL}/api/usage?by=model`, { headers })
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect((await csv.text()).split('\r\n')[1]).toContain(`,${input_tokens},`)
  expect((await fetch(`${baseURL}/api/usage?principal=bob`, { headers })).status).toBe(403)
})
