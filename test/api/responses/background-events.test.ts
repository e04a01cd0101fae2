import { describe, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { textOf } from '../../support/response-stream.ts'
import { completed, gate, message, stuck } from '../../support/scripted-engine.ts'
import { again, all, begun, clientOf, homes, idIn, pong, streamed } from './background.ts'
import { ask, startResponses } from './start-responses.ts'

const current = homes()

describe('a streamed response in the background', () => {
  it('goes on when its reader is gone, and is replayed from any event', async () => {
    const { step, open } = gate()
    await using served = await startResponses(
      [...begun, ...message('m', 'po'), step, ...message('n', 'ng'), completed],
      {
        home: current.home
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
      await using served = await startResponses(pong, { home: current.home })
      whole = await all(await clientOf(served).responses.create(streamed))
    }
    await using served = await startResponses([], { home: current.home })
    expect(await all(await again(served, idIn(whole)))).toEqual(whole)
    await served.ask('DELETE', idIn(whole))
    await expect(again(served, idIn(whole))).rejects.toMatchObject({ status: 404 })
  })

  it('ends with the response when that is cancelled or fails', async () => {
    const { step, reached } = stuck()
    await using served = await startResponses([...begun, step], { home: current.home })
    const events = all(await clientOf(served).responses.create(streamed))
    await reached
    const [[id]] = [served.records!.list('anonymous').entries.map((entry) => `resp_${entry.id}`)]
    await served.ask('POST', `${id}/cancel`)
    expect((await events).at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'cancelled' } })
  })

  it('is refused where it was not asked for as a stream, and where the number is none', async () => {
    await using served = await startResponses(pong, { home: current.home })
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
    await using maker = await startResponses([...begun, ...message('m', 'po'), step, completed], { home: current.home })
    const stream = await clientOf(maker).responses.create(streamed)
    const iterator = stream[Symbol.asyncIterator]()
    const id = idIn([(await iterator.next()).value])
    await using other = await startResponses([], { home: current.home })
    const read = all(await again(other, id))
    open()
    expect((await read).at(-1)?.type).toBe('response.completed')
    stream.controller.abort()
  })
})
