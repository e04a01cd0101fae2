import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { later } from '../../store/opened.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { textOf } from '../../support/response-stream.ts'
import { admitted, completed, message } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'waiting-'))
})
afterEach(() => rm(home, { recursive: true }))

const begun: Step[] = [admitted, { type: 'turn.started' }]
const pong: Step[] = [...begun, ...message('m', 'pong'), completed]
const limit = (retryAfter?: number): Step => ({
  type: 'turn.failed',
  error: { code: 'usage_limit_exceeded', message: 'No.', ...(retryAfter !== undefined && { retry_after: retryAfter }) }
})
const waiting = { ...ask, background: true as const, metadata: { when_limited: 'wait' } }
/** The first of these for the first turn, and so on; the last for all others. */
const oneAfterAnother = (...scripts: Step[][]) => {
  let count = 0
  return () => scripts[Math.min(count++, scripts.length - 1)]!
}
const get = async (served: StartedResponses, id: string) =>
  (await (await served.ask('GET', id)).json()) as { status: string; waiting_for_reset?: { resets_at: number } }
const statusOf = async (served: StartedResponses, id: string) => (await get(served, id)).status
const begin = async (served: StartedResponses, body: object = waiting) =>
  responseResource.parse(await (await served.post(body)).json()).id

describe('a background response that meets a usage limit', () => {
  it('waits as queued, with the time, without a turn, and goes on when the limit is lifted', async () => {
    await using served = await startResponses(oneAfterAnother([...begun, limit(600)], pong), { home })
    const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: 'unneeded', maxRetries: 0 })
    const types: string[] = []
    const read = (async () => {
      for await (const event of await client.responses.create({ ...waiting, stream: true })) types.push(event.type)
    })()
    await expect.poll(() => types).toContain('response.queued')
    const id = `resp_${served.records!.list('anonymous').entries[0]!.id}`
    const now = Date.now() / 1000
    const { status, waiting_for_reset } = await get(served, id)
    expect([status, Math.round((waiting_for_reset!.resets_at - now) / 10)]).toEqual(['queued', 60])
    expect(served.engine.running).toBe(0)
    expect(served.engine.turns[0]?.request.limitTimes).toBe(true)
    later(601_000)
    await expect.poll(() => statusOf(served, id), { timeout: 10_000 }).toBe('completed')
    await read
    expect(types.filter((type) => !/output|content/.test(type))).toEqual([
      ...['response.created', 'response.in_progress', 'response.queued', 'response.in_progress', 'response.completed']
    ])
    const last = responseResource.parse(await get(served, id))
    expect([last.output.map(textOf), 'waiting_for_reset' in last]).toEqual([['pong'], false])
  })

  it.each([
    ['nobody wishes that it waits', ask, [limit(600)]],
    ['nobody knows when it is lifted', waiting, [limit()]],
    ['it has said something', waiting, [...message('m', 'half'), limit(600)]],
    [
      'commands have run',
      waiting,
      [
        {
          type: 'item.started',
          item: { id: 'c', type: 'command_execution', command: 'ls', aggregated_output: '', status: 'in_progress' }
        },
        limit(600)
      ]
    ]
  ] as [string, object, Step[]][])('fails where %s', async (_why, body, steps) => {
    await using served = await startResponses([...begun, ...steps], { home })
    const id = await begin(served, { ...body, background: true })
    await expect.poll(() => statusOf(served, id)).toBe('failed')
  })

  it('waits where the operator wishes it, but not where its client does not', async () => {
    await using served = await startResponses([...begun, limit(600)], { home, whenLimited: 'wait' })
    const id = await begin(served, { ...ask, background: true })
    await expect.poll(() => statusOf(served, id)).toBe('queued')
    const other = await begin(served, { ...waiting, metadata: { when_limited: 'fail' } })
    await expect.poll(() => statusOf(served, other)).toBe('failed')
  })

  it('is made by the next gateway, in its conversation, which others could use meanwhile', async () => {
    let id: string
    let conversation: string
    {
      await using served = await startResponses(oneAfterAnother([...begun, limit(600)], pong), { home })
      const made = await (await served.request('POST', 'conversations', {})).json()
      conversation = (made as { id: string }).id
      id = await begin(served, { ...waiting, conversation })
      await expect.poll(() => statusOf(served, id)).toBe('queued')
      expect((await served.post({ ...ask, conversation })).status).toBe(200)
      await served.gateway.stop()
    }
    later(601_000)
    await using served = await startResponses(pong, { home })
    await expect.poll(() => statusOf(served, id), { timeout: 10_000 }).toBe('completed')
    const items = await (await served.request('GET', `conversations/${conversation}/items`)).json()
    expect((items as { data: unknown[] }).data).toHaveLength(4)
  })

  it('can be cancelled while it waits', async () => {
    await using served = await startResponses([...begun, limit(600)], { home })
    const id = await begin(served)
    await expect.poll(() => statusOf(served, id)).toBe('queued')
    expect(await (await served.ask('POST', `${id}/cancel`)).json()).toMatchObject({ status: 'cancelled' })
    later(601_000)
    expect(await statusOf(served, id)).toBe('cancelled')
    expect(served.engine.turns).toHaveLength(1)
  })

  it.each([
    ['ahead', 86_400_000],
    ['back', -86_400_000]
  ])('goes on in time although the clock was set %s', async (_where, ms) => {
    await using served = await startResponses(oneAfterAnother([...begun, limit(4)], pong), { home })
    const id = await begin(served)
    await expect.poll(() => statusOf(served, id)).toBe('queued')
    later(ms, 'settable')
    await expect.poll(() => statusOf(served, id), { timeout: 14_000 }).toBe('completed')
  })
})

it('those of several owners go on in turn', async () => {
  const tokens = ['cgw_the-first-token-of-these-tests', 'cgw_the-other-token-of-these-tests'] as const
  let isLimited = true
  const script = function* (_request: TurnRequest): Iterable<Step> {
    yield* isLimited ? [...begun, limit(600)] : pong
  }
  await using served = await startResponses(script, { home, tokens: tokens.join(), concurrency: 1 })
  const owners = () => served.engine.turns.map(({ request }) => request.owner)
  for (const token of [tokens[0], tokens[0], tokens[0], tokens[1]]) {
    const count = served.engine.turns.length
    await served.request('POST', 'responses', waiting, token)
    await expect.poll(() => [owners().length, served.engine.running]).toEqual([count + 1, 0])
  }
  const [first, , , other] = owners()
  const before = owners().length
  isLimited = false
  later(601_000)
  await expect.poll(() => owners().slice(before), { timeout: 10_000 }).toEqual([first, other, first, first])
})
