import { describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { all, failure, sharedAgents, stranger } from './start-agents.ts'
import { badOrders } from './event-order.ts'

const rig = sharedAgents(says('Hello', ' from', ' Codex.'), { CODEX_MAX_CONCURRENCY: '6' })
const sessions = () => rig().agents().sessions
const agent = { model: 'gpt-5.5', instructions: 'Be kind.' }
const environment = { type: 'none' as const }
const message = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})
const create = async (input = 'Say hello.') => {
  const { id } = await sessions().create({ environment, agent, input })
  await idle(id)
  return id
}
const idle = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')

/** An answer that stops after its first delta, until it is opened. */
function held(...deltas: string[]) {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.output_text.delta', says(...deltas), opened))
  return open
}

describe('a session', () => {
  it('is made with a stream that ends by itself, in the order of the API', async () => {
    const events = await all(
      (await sessions().create({ environment, agent, input: 'Say hello.', stream: true })) as AsyncIterable<{
        type: string
        event_id: string
      }>
    )
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['agent.session.created', 'agent.session.idle'])
    expect(badOrders(events)).toEqual([])
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length)
    const of = (type: string) => events.filter((event) => event.type === `agent.session.turn.${type}`) as never[]
    const deltas = of('output_text.delta').map(({ delta }) => delta as string)
    expect(deltas).toEqual(['Hello', ' from', ' Codex.'])
    expect(of('output_text.done')).toMatchObject([{ text: deltas.join('') }])
    expect(of('item.done')).toMatchObject([{ item: { status: 'completed', content: [{ text: deltas.join('') }] } }])
    expect(of('completed')).toMatchObject([{ turn: { status: 'completed' }, usage: { total_tokens: 120 } }])
  })

  it('gives its final result to the helpers of the client, in several turns', async () => {
    const made = await sessions().create({ environment, agent, input: 'Say hello.', stream: true })
    const first = await made.finalResult()
    expect(first.output_text).toBe('Hello from Codex.')
    const id = first.turn.session_id
    rig().upstream.answerNext(says('Again.'))
    const second = await sessions().stream(id, { input: 'And again.' }).finalResult()
    expect([second.output_text, second.turn.id === first.turn.id]).toEqual(['Again.', false])
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).toContain('Say hello.')
  })

  it('lists its turns and items page by page, in both orders', async () => {
    const id = await create()
    for (const text of ['Two.', 'Three.']) {
      await sessions().events.create(id, { events: [message(text)] })
      await idle(id)
    }
    const items = await all(sessions().items.list(id, { limit: 1, order: 'asc' }))
    expect(items.map((item) => item.type === 'message' && item.role)).toEqual(
      Array.from({ length: 3 }, () => ['user', 'assistant']).flat()
    )
    const back = await all(sessions().items.list(id, { limit: 4 }))
    expect(back.toReversed()).toEqual(items)
    const turns = await all(sessions().turns.list(id, { limit: 1 }))
    expect(turns.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
    expect(await sessions().turns.retrieve(turns[0]!.id, { session_id: id })).toEqual(turns[0])
    const ofTurn = await all(sessions().turns.items.list(turns[1]!.id, { session_id: id, limit: 1, order: 'asc' }))
    expect(ofTurn).toEqual(items.slice(2, 4))
    expect(await failure(sessions().items.list(id, { after: 'item_x' }))).toMatchObject({ status: 400 })
    expect(await failure(sessions().turns.list(id, { limit: 101 }))).toMatchObject({
      status: 400,
      message: '400 limit must be between 1 and 100'
    })
  })

  it('is found by its agent and its metadata, changed and deleted', async () => {
    const saved = await rig().agents().create({ model: 'gpt-5.5', name: 'kind', instructions: 'Be kind.' })
    const made = await sessions().create({
      environment,
      agent_id: saved.id,
      agent: { reasoning: { effort: 'high' } },
      input: 'Hello.',
      metadata: { job: '17', 'a.b[c]': 'x' }
    })
    expect(made).toMatchObject({
      object: 'agent.session',
      agent: { id: saved.id, name: 'kind', instructions: 'Be kind.', reasoning: { effort: 'high' } },
      environment: { type: 'none' },
      metadata: { job: '17' },
      vault_ids: []
    })
    await idle(made.id)
    expect(rig().upstream.requests.at(-1)?.body).toMatchObject({ reasoning: { effort: 'high' } })
    const idsOf = async (query: object) => (await all(sessions().list(query))).map(({ id }) => id)
    expect(await idsOf({ agent_id: saved.id })).toEqual([made.id])
    expect(await idsOf({ metadata: { job: '17', 'a.b[c]': 'x' } })).toEqual([made.id])
    expect(await idsOf({ metadata: { job: '18' } })).toEqual([])
    await sessions().update(made.id, { metadata: { job: '18' }, agent: { reasoning: { effort: 'low' } } })
    expect(await idsOf({ metadata: { job: '18' } })).toEqual([made.id])
    await sessions().events.create(made.id, { events: [message('More.')] })
    await idle(made.id)
    expect(rig().upstream.requests.at(-1)?.body).toMatchObject({ reasoning: { effort: 'low' } })
    for (let times = 0; times < 2; times++)
      expect(await sessions().delete(made.id)).toMatchObject({ id: made.id, deleted: true })
    for (const call of [rig().client(stranger).beta.agents.sessions.delete(made.id), sessions().delete('asess_x')])
      expect(await failure(call)).toMatchObject({ status: 404 })
    expect(await failure(sessions().retrieve(made.id))).toMatchObject({ status: 404 })
  })

  it('is joined by a message while it answers, which cuts the answer', async () => {
    const id = await create()
    const open = held('Half', ' and half.')
    await sessions().events.create(id, { events: [message('Begin.')] })
    await expect.poll(async () => JSON.stringify(await all(sessions().items.list(id)))).toContain('in_progress')
    await sessions().events.create(id, { events: [message('Something else.')] })
    open()
    await idle(id)
    const turns = await all(sessions().turns.list(id))
    expect(turns.length).toBe(2)
    const items = await all(sessions().turns.items.list(turns[0]!.id, { session_id: id, order: 'asc' }))
    expect(items.map((item) => 'status' in item && item.status)).toContain('incomplete')
    const sent = JSON.stringify(rig().upstream.requests.at(-1)?.body.input)
    expect(sent.split('Something else.').length).toBe(2)
  })

  it('ends its turn when it is cancelled, and not when it is idle', async () => {
    const id = await create()
    const open = held('Half', ' and half.')
    await sessions().events.create(id, { events: [message('Begin.')] })
    await expect.poll(async () => JSON.stringify(await all(sessions().items.list(id)))).toContain('in_progress')
    expect(await failure(sessions().delete(id))).toMatchObject({ status: 409, type: 'conflict_error' })
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.cancel' }] })
    await idle(id)
    open()
    expect((await all(sessions().turns.list(id)))[0]).toMatchObject({ status: 'cancelled', error: null })
    await sessions().events.create(id, { events: [{ type: 'agent.session.input.cancel' }] })
    await sessions().events.create(id, { events: [] })
    expect((await sessions().stream(id, { input: 'Hello.' }).finalResult()).output_text).toBe('Hello from Codex.')
  })

  it('is its owner’s alone', async () => {
    const id = await create()
    const theirs = rig().client(stranger).beta.agents.sessions
    for (const call of [
      () => theirs.retrieve(id),
      () => theirs.update(id, {}),
      () => theirs.delete(id),
      () => theirs.events.create(id, { events: [] }),
      () => theirs.events.stream(id),
      () => theirs.turns.list(id),
      () => theirs.items.list(id)
    ])
      expect(await failure(call())).toMatchObject({ status: 404, code: 'not_found_error' })
    expect(await all(theirs.list())).toEqual([])
  })

  it('takes a request with a key once', async () => {
    const options = { headers: { 'Idempotency-Key': 'once' } }
    const id = await create()
    const turns = async () => (await all(sessions().turns.list(id))).length
    const send = () => sessions().events.create(id, { events: [message('Once.')] }, options)
    await Promise.all(Array.from({ length: 50 }, send))
    await idle(id)
    await rig().restart()
    await send()
    expect(await turns()).toBe(2)
    const other = sessions().events.create(id, { events: [message('Twice.')] }, options)
    expect(await failure(other)).toMatchObject({ status: 409, code: 'idempotency_conflict' })
    await sessions().events.create(id, { events: [message('After all.')] })
    await idle(id)
    expect(await turns()).toBe(3)
  })
})

it.each([
  [{ environment }, 'input'],
  [{ environment, input: 'x' }, 'agent.model'],
  [{ environment, agent, input: Array.from({ length: 1_001 }, () => ({ role: 'user', content: 'x' })) }, 'input'],
  [{ environment: { type: 'self_hosted', workspace_directory: '/w' }, agent, input: 'x' }, 'environment.type'],
  [{ environment, agent, input: 'x', vault_ids: ['v'] }, 'vault_ids'],
  [{ environment, agent, input: 'x', prompt_cache_options: { ttl: '30m' } }, 'prompt_cache_options'],
  [{ environment, agent, input: 'x', spend_control: { limit: 1 } }, 'spend_control'],
  [
    { environment, agent, input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
    'input[0].content[0].image_url'
  ]
])('refuses what is not offered, and names it: %#', async (body, param) => {
  const before = rig().upstream.requests.length
  expect(await failure(sessions().create(body as never) as never)).toMatchObject({ status: 400, param })
  expect(rig().upstream.requests.length).toBe(before)
})
