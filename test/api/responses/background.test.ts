import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
const unheard = { ...ask, background: true }
const whole = async (response: Response) => responseResource.parse(await response.json())
const get = async (served: StartedResponses, id: string) => whole(await served.ask('GET', id))

/** Asks until the response is not in progress any more: the way clients do. */
async function done(served: StartedResponses, id: string) {
  for (;;) {
    const response = await get(served, id)
    if (response.status !== 'in_progress') return response
  }
}

describe('a response in the background', () => {
  it('is answered for at once, and is there when it is done', async () => {
    const { step, open } = gate()
    await using served = await startResponses(
      [...begun, ...message('m', 'po'), step, ...message('n', 'ng'), completed],
      { home }
    )
    const first = await whole(await served.post(unheard))
    expect(first).toMatchObject({ status: 'in_progress', background: true, output: [], completed_at: null })
    expect(await get(served, first.id)).toMatchObject({ status: 'in_progress' })
    open()
    const last = await done(served, first.id)
    expect([last.status, last.output.map(textOf), last.usage?.total_tokens]).toEqual(['completed', ['po', 'ng'], 120])
    expect(await get(served, first.id)).toEqual(last)
    expect((await served.post({ ...ask, previous_response_id: first.id })).status).toBe(200)
  })

  it('has its end stored when that can be, and is once in its conversation', async () => {
    const { step, open } = gate()
    await using served = await startResponses([...begun, step, ...message('m', 'pong'), completed], { home })
    const { id: conversation } = (await (await served.request('POST', '/conversations', {})).json()) as { id: string }
    const { id } = await whole(await served.post({ ...unheard, conversation }))
    vi.spyOn(served.records!, 'replace').mockRejectedValueOnce(new Error('disk full'))
    open()
    const last = await done(served, id)
    expect([last.status, last.conversation]).toEqual(['completed', { id: conversation }])
    expect(await get(served, id)).toEqual(last)
    const items = await served.request('GET', `/conversations/${conversation}/items`)
    expect(((await items.json()) as { data: object[] }).data).toHaveLength(2)
  })

  it('is logged twice: when it has begun, and when it is over', async () => {
    const { step, open } = gate()
    await using served = await startResponses([...begun, step, ...message('m', 'pong'), completed], { home })
    const { id } = await whole(await served.post(unheard))
    const first = await served.line(({ route }) => route === '/responses')
    open()
    await done(served, id)
    const second = await served.line(({ msg }) =>
      /^POST \/responses in the background turn\.completed \d+ ms$/.test(String(msg))
    )
    expect([first['id'], first['turn'], second['tokens_out']]).toEqual([second['id'], undefined, 20])
  })

  it('may fail', async () => {
    await using served = await startResponses(
      [...begun, { type: 'turn.failed', error: { code: 'usage_limit_exceeded', message: 'No.' } }],
      { home }
    )
    const { id } = await whole(await served.post(unheard))
    expect(await done(served, id)).toMatchObject({
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'No.' }
    })
  })

  it.each(['cancel', 'delete'])('ends its turn on %s', async (what) => {
    const { step, reached } = stuck()
    await using served = await startResponses([...begun, ...message('m', 'half'), step], { home })
    const { id } = await whole(await served.post(unheard))
    await reached
    const answer = await (what === 'cancel' ? served.ask('POST', `${id}/cancel`) : served.ask('DELETE', id))
    expect(await answer.json()).toMatchObject(what === 'cancel' ? { id, status: 'cancelled' } : { id, deleted: true })
    expect(served.engine.running).toBe(0)
    const after = await served.ask('GET', id)
    if (what === 'cancel')
      expect(await whole(after)).toMatchObject({ status: 'cancelled', output: [{ status: 'completed' }] })
    else expect(after.status).toBe(404)
  })

  it('ends with the gateway, and is failed after a restart', async () => {
    const { step, reached } = stuck()
    let id: string
    {
      await using served = await startResponses([...begun, step], { home })
      id = (await whole(await served.post(unheard))).id
      await reached
      const stopping = served.gateway.stop()
      await served.gateway.stop()
      await stopping
      expect(served.engine.running).toBe(0)
    }
    await using again = await startResponses([], { home })
    expect(await get(again, id)).toMatchObject({
      status: 'failed',
      error: { message: 'The gateway is shutting down.' }
    })
  })

  it('is in progress for another gateway on the same home, which may delete it', async () => {
    const gates = [gate(), gate()]
    let count = 0
    const script = () => [...begun, gates[count++]!.step, ...message('m', 'pong'), completed]
    await using maker = await startResponses(script, { home })
    await using other = await startResponses([], { home })
    const [first, second] = [await whole(await maker.post(unheard)), await whole(await maker.post(unheard))]
    expect(await get(other, first.id)).toEqual(first)
    expect((await other.ask('DELETE', second.id)).status).toBe(200)
    for (const { open } of gates) open()
    expect(await done(other, first.id)).toMatchObject({ status: 'completed' })
    await expect.poll(() => maker.engine.running).toBe(0)
    expect([(await maker.ask('GET', second.id)).status, (await other.ask('GET', second.id)).status]).toEqual([404, 404])
  })

  it('cannot be had without being stored', async () => {
    await using served = await startResponses([], { home })
    const response = await served.post({ ...unheard, store: false })
    expect([response.status, errorBody.parse(await response.json()).error.param]).toEqual([400, 'background'])
  })

  it('is not begun where it cannot be stored', async () => {
    await using served = await startResponses([])
    expect((await served.post(unheard)).status).toBe(400)
    expect(served.engine.turns).toEqual([])
  })
})

it('a response that was waited for cannot be cancelled', async () => {
  await using served = await startResponses([...begun, ...message('m', 'pong'), completed], { home })
  const { id } = await whole(await served.post(ask))
  expect((await served.ask('POST', `${id}/cancel`)).status).toBe(400)
  expect((await get(served, id)).status).toBe('completed')
})
