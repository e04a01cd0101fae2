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

describe('a streamed response in the background', () => {
  it('goes on when its reader is gone, and is replayed from any event', async () => {
    const { step, open } = gate()
    await using served = await startResponses(
      [...begun, ...message('m', 'po'), step, ...message('n', 'ng'), completed],
      {
        home
      }
    )
    const seen: { type: string; sequence_number: number }[] = []
    for await (const event of await clientOf(served).responses.create(streamed)) {
      seen.push(event)
      if (event.type === 'response.output_text.delta') break
    }
    const id = idIn(seen)
    const rest = all(await again(served, id, { starting_after: seen.at(-1)!.sequence_number }))
    open()
    const whole = [...seen, ...(await rest)]
    expect(whole.map(({ sequence_number }) => sequence_number)).toEqual(whole.map((_, index) => index))
    expect([whole[0]?.type, whole.at(-1)?.type]).toEqual(['response.created', 'response.completed'])
    expect(await all(await again(served, id))).toEqual(whole)
    const last = responseResource.parse(await (await served.ask('GET', id)).json())
    expect([last.status, last.output.map(textOf)]).toEqual(['completed', ['po', 'ng']])
    expect(await all(await again(served, id, { starting_after: whole.length - 1 }))).toEqual([])
  })

  it('is replayed by the next gateway, and gone when it is deleted', async () => {
    let whole: unknown[]
    {
      await using served = await startResponses(pong, { home })
      whole = await all(await clientOf(served).responses.create(streamed))
    }
    await using served = await startResponses([], { home })
    expect(await all(await again(served, idIn(whole)))).toEqual(whole)
    await served.ask('DELETE', idIn(whole))
    await expect(again(served, idIn(whole))).rejects.toMatchObject({ status: 404 })
  })

  it('ends with the response when that is cancelled or fails', async () => {
    const { step, reached } = stuck()
    await using served = await startResponses([...begun, step], { home })
    const events = all(await clientOf(served).responses.create(streamed))
    await reached
    const [[id]] = [served.records!.list('anonymous').entries.map((entry) => `resp_${entry.id}`)]
    await served.ask('POST', `${id}/cancel`)
    expect((await events).at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'cancelled' } })
  })

  it('is refused where it was not asked for as a stream, and where the number is none', async () => {
    await using served = await startResponses(pong, { home })
    const { id } = responseResource.parse(await (await served.post({ ...ask, background: true })).json())
    const refusal = async (query: string) => {
      const response = await served.ask('GET', `${id}?${query}`)
      return [response.status, errorBody.parse(await response.json()).error.param]
    }
    expect(await refusal('stream=true')).toEqual([400, 'stream'])
    expect(await refusal('stream=true&starting_after=x')).toEqual([400, 'starting_after'])
  })

  it('goes on at a reader in another gateway', async () => {
    const { step, open } = gate()
    await using maker = await startResponses([...begun, ...message('m', 'po'), step, completed], { home })
    const stream = await clientOf(maker).responses.create(streamed)
    const iterator = stream[Symbol.asyncIterator]()
    const id = idIn([(await iterator.next()).value])
    await using other = await startResponses([], { home })
    const read = all(await again(other, id))
    open()
    expect((await read).at(-1)?.type).toBe('response.completed')
    stream.controller.abort()
  })
})
