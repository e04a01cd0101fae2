import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { textOf } from '../../support/response-stream.ts'
import { admitted, completed, gate, message, stuck } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { tamper } from '../../store/opened.ts'
import { ask, startResponses } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'background-'))
})
afterEach(() => rm(home, { recursive: true }))

const begun: Step[] = [admitted, { type: 'turn.started' }]
const pong: Step[] = [...begun, ...message('m', 'po', 'ng'), completed]
const streamed = { ...ask, background: true as const, stream: true as const }
const clientOf = ({ url }: StartedResponses) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unneeded', maxRetries: 0 })

/** All events, as OpenAI's client reads them. */
async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const event of events) found.push(event)
  return found
}

const idIn = (events: readonly unknown[]) => (events[0] as { response: { id: string } }).response.id
const again = (served: StartedResponses, id: string, more: { starting_after?: number } = {}) =>
  clientOf(served).responses.retrieve(id, { stream: true, ...more })

describe('a response in the background that had not begun', () => {
  it('is made by the next gateway, under its id, with a line in the log', async () => {
    const { step, reached } = stuck()
    let id: string
    {
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home })
      const stream = await clientOf(served).responses.create({ ...streamed, instructions: 'Be brief.' })
      id = idIn([(await stream[Symbol.asyncIterator]().next()).value])
      await reached
      await served.gateway.stop()
    }
    await using served = await startResponses(pong, { home })
    const events = await all(await again(served, id))
    expect(events.map(({ type }) => type).filter((type) => /created|completed$/.test(type))).toEqual([
      'response.created',
      'response.completed'
    ])
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
    expect(served.engine.turns[0]?.request).toMatchObject({ instructions: 'Be brief.', owner: 'anonymous' })
    const last = responseResource.parse(await (await served.ask('GET', id)).json())
    expect([last.status, last.output.map(textOf), last.background]).toEqual(['completed', ['pong'], true])
    const { line } = served
    await line(({ msg }) => /^POST \/responses in the background turn\.completed \d+ ms$/.test(String(msg)))
  })

  it('is made once, whichever of two gateways is first', async () => {
    const { step, reached } = stuck()
    {
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home })
      await served.post({ ...ask, background: true })
      await reached
      await served.gateway.stop()
    }
    await using one = await startResponses(pong, { home })
    await using other = await startResponses(pong, { home })
    await expect.poll(() => one.engine.turns.length + other.engine.turns.length).toBe(1)
    await expect
      .poll(
        async () =>
          (await one.records!.get('anonymous', one.records!.list('anonymous').entries[0]!.id))?.resource.status
      )
      .toBe('completed')
    expect(one.engine.turns.length + other.engine.turns.length).toBe(1)
  })

  it('can be cancelled before it is made', async () => {
    const { step, reached } = stuck()
    let id: string
    {
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home })
      ;({ id } = responseResource.parse(await (await served.post({ ...ask, background: true })).json()))
      await reached
      await served.gateway.stop()
    }
    tamper(join(home, 'gateway'), `UPDATE jobs SET ready_at = ${Date.now() + 3_600_000}`)
    await using served = await startResponses(pong, { home })
    const cancelled = await (await served.ask('POST', `${id}/cancel`)).json()
    expect(cancelled).toMatchObject({ status: 'cancelled' })
    expect(served.engine.turns).toEqual([])
  })
})

describe('a response in the background that had begun', () => {
  it('is interrupted when its gateway is gone, for its readers too', async () => {
    await using first = await startResponses([...begun, stuck().step], { home })
    const stream = await clientOf(first).responses.create(streamed)
    const id = idIn([(await stream[Symbol.asyncIterator]().next()).value])
    await using next = await startResponses(pong, { home })
    tamper(join(home, 'gateway'), "UPDATE jobs SET worker = 'a gateway that was killed'")
    await expect(all(await again(next, id))).rejects.toThrow('Interrupted') // so OpenAI's client reads an event of an error
    const body = await (await next.ask('GET', `${id}?stream=true`)).text()
    expect(body).toMatch(/event: error\n.*\n\nevent: response.failed\n.*\n\n$/)
    const failed = {
      status: 'failed',
      error: { code: 'server_error', message: expect.stringContaining('Interrupted') as string }
    }
    expect(await (await next.ask('GET', id)).json()).toMatchObject(failed)
    expect(next.engine.turns).toEqual([])
    stream.controller.abort()
  })

  it('cannot be continued before it is complete', async () => {
    const { step, reached } = stuck()
    await using served = await startResponses([...begun, step], { home })
    const { id } = responseResource.parse(await (await served.post({ ...ask, background: true })).json())
    await reached
    const response = await served.post({ ...ask, previous_response_id: id })
    expect([response.status, errorBody.parse(await response.json()).error.code]).toEqual([
      400,
      'previous_response_in_progress'
    ])
  })
})

it('an owner has so many unfinished background responses at most', async () => {
  const { step } = gate()
  await using served = await startResponses([...begun, step], { home, maxUnfinished: 1 })
  expect((await served.post({ ...ask, background: true })).status).toBe(200)
  const refused = await served.post({ ...ask, background: true })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
})
