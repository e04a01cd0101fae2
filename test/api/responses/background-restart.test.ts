import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorBody } from '../../support/openai-schemas.ts'
import { responseResource } from '../../support/response-schemas.ts'
import { textOf } from '../../support/response-stream.ts'
import { gate, stuck } from '../../support/scripted-engine.ts'
import { tamper } from '../../store/opened.ts'
import { again, all, begun, clientOf, homes, idIn, pong, streamed } from './background.ts'
import { ask, startResponses } from './start-responses.ts'

const current = homes()

describe('a response in the background that had not begun', () => {
  it('is made by the next gateway, under its id, with a line in the log', async () => {
    const { step, reached } = stuck()
    let id: string
    {
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home: current.home })
      const stream = await clientOf(served).responses.create({ ...streamed, instructions: 'Be brief.' })
      id = idIn([(await stream[Symbol.asyncIterator]().next()).value])
      await reached
      await served.gateway.stop()
    }
    await using served = await startResponses(pong, { home: current.home })
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
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home: current.home })
      await served.post({ ...ask, background: true })
      await reached
      await served.gateway.stop()
    }
    await using one = await startResponses(pong, { home: current.home })
    await using other = await startResponses(pong, { home: current.home })
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
      await using served = await startResponses([{ type: 'turn.queued' }, step], { home: current.home })
      ;({ id } = responseResource.parse(await (await served.post({ ...ask, background: true })).json()))
      await reached
      await served.gateway.stop()
    }
    tamper(join(current.home, 'gateway'), `UPDATE jobs SET ready_at = ${Date.now() + 3_600_000}`)
    await using served = await startResponses(pong, { home: current.home })
    const cancelled = await (await served.ask('POST', `${id}/cancel`)).json()
    expect(cancelled).toMatchObject({ status: 'cancelled' })
    expect(served.engine.turns).toEqual([])
  })
})

describe('a response in the background that had begun', () => {
  it('is interrupted when its gateway is gone, for its readers too', async () => {
    await using first = await startResponses([...begun, stuck().step], { home: current.home })
    const stream = await clientOf(first).responses.create(streamed)
    const id = idIn([(await stream[Symbol.asyncIterator]().next()).value])
    await using next = await startResponses(pong, { home: current.home })
    tamper(join(current.home, 'gateway'), "UPDATE jobs SET worker = 'a gateway that was killed'")
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
    await using served = await startResponses([...begun, step], { home: current.home })
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
  await using served = await startResponses([...begun, step], { home: current.home, maxUnfinished: 1 })
  expect((await served.post({ ...ask, background: true })).status).toBe(200)
  const refused = await served.post({ ...ask, background: true })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
})
