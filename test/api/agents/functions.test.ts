import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../../src/store/connection.ts'
import type { OpenAI } from 'openai-newest'
import { answer, says } from '../../support/upstream/answer.ts'
import { toolCall } from '../../support/upstream/tool-calls.ts'
import { afterTools } from '../../support/upstream/tool-calls.ts'
import { all, failure, sharedAgents } from './start-agents.ts'

type Session = OpenAI.Beta.AgentSession

const rig = sharedAgents(says('Done.'), { CODEX_MAX_CONCURRENCY: '1' })
const sessions = () => rig().agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: { n: { type: 'number' } } }
const tool = (name: string, more = {}) => ({ type: 'function' as const, name, description: name, parameters, ...more })
const agent = { model: 'gpt-5.5', tools: [tool('add'), tool('sub')] }
const message = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})
const result = (action: { turn_id: string; call_id: string }, output: string) => ({
  type: 'agent.session.input.tool_result' as const,
  turn_id: action.turn_id,
  call_id: action.call_id,
  success: true,
  output
})
const send = (id: string, ...events: object[]) => sessions().events.create(id, { events: events as never })

/** The model calls functions, and then says what it was told. */
function callsOf(names: readonly string[]) {
  return afterTools(
    (request) => answer(names.map((name) => toolCall(request, name, { n: 1 }))),
    (request) => says(`Told ${request.toolOutputs.map((output) => JSON.stringify(output)).join()}`)
  )
}

async function waiting(names: readonly string[], more: object = {}): Promise<{ session: Session; calls: Calls }> {
  rig().upstream.answerNext(callsOf(names))
  const { id } = await sessions().create({ environment, agent: { ...agent, ...more }, input: 'Begin.' })
  await expect.poll(async () => (await actions(id)).length, { timeout: 20_000 }).toBe(names.length)
  const session = await sessions().retrieve(id)
  return { session, calls: session.required_actions as Calls }
}
type Calls = { type: 'function_call'; turn_id: string; call_id: string; name: string }[]
const actions = async (id: string) => (await sessions().retrieve(id)).required_actions
const ended = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')
const sent = () => JSON.stringify(rig().upstream.requests.at(-1)?.body.input)

describe('functions', () => {
  it('are answered by the handlers of the client, of which one fails', async () => {
    rig().upstream.answerNext(callsOf(['add', 'sub']))
    rig().upstream.answerNext(callsOf(['add', 'sub']))
    const stream = await sessions().create({
      environment,
      agent,
      input: 'Begin.',
      stream: true,
      toolHandlers: {
        add: () => 'three',
        sub: () => {
          throw new Error('no')
        }
      }
    })
    const { output_text, turn } = await stream.finalResult()
    expect(output_text).toContain('three')
    const items = await all(sessions().turns.items.list(turn.id, { session_id: turn.session_id, order: 'asc' }))
    const outputs = items.filter((item) => item.type === 'function_call_output')
    expect(outputs.map(({ status }) => status).sort()).toEqual(['completed', 'failed'])
    const made = items.filter(({ type }) => type === 'function_call')
    expect(made.map((item) => 'status' in item && String(item.status)).sort()).toEqual(['completed', 'failed'])
  })

  it('wait for their results in any order, without a slot', async () => {
    const { session, calls } = await waiting(['add', 'sub'])
    const [add, sub] = calls as [Calls[0], Calls[0]]
    expect(session.status).toBe('requires_action')
    expect(await sessions().turns.retrieve(add.turn_id, { session_id: session.id })).toMatchObject({
      status: 'waiting'
    })
    expect(await failure(sessions().delete(session.id))).toMatchObject({ status: 409 })
    const other = await sessions().create({ environment, agent, input: 'Hello.', stream: true })
    expect((await other.finalResult()).output_text).toBe('Done.') // the only slot is free
    await send(session.id, message('And this.'))
    await send(session.id, result(sub, 'second'))
    expect((await actions(session.id)).map((action) => 'call_id' in action && action.call_id)).toEqual([add.call_id])
    await send(session.id, result(add, 'first'))
    await ended(session.id)
    const input = rig()
      .upstream.requests.at(-1)!
      .body.input.map((item) => JSON.stringify(item))
    const places = ['first', 'second', 'And this.'].map((text) => input.findIndex((item) => item.includes(text)))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places[2]).toBeGreaterThan(Math.max(places[0]!, places[1]!))
    expect((await all(sessions().turns.list(session.id))).length).toBe(1)
  })

  it('take a result once: the same again does nothing, and another is refused', async () => {
    const { session, calls } = await waiting(['add'])
    const [add] = calls as [Calls[0]]
    const unknown = await failure(send(session.id, result({ ...add, call_id: 'call_x' }, '3')))
    expect(unknown).toMatchObject({
      status: 400,
      code: 'invalid_request_error',
      message: '400 Unknown pending tool call: call_x'
    })
    expect(await failure(send(session.id, result({ ...add, turn_id: 'turn_x' }, '3')))).toMatchObject({ status: 400 })
    await send(session.id, result(add, '3'))
    await send(session.id, result(add, '3'))
    expect(await failure(send(session.id, result(add, '4')))).toMatchObject({ status: 409 })
    await ended(session.id)
    await send(session.id, result(add, '3'))
    expect(sent().split('"3"').length + sent().split('\\"3\\"').length).toBeGreaterThan(2)
  })

  it('are forgotten when the turn is cancelled', async () => {
    const { session, calls } = await waiting(['add'])
    await send(session.id, { type: 'agent.session.input.cancel' })
    expect(await actions(session.id)).toEqual([])
    await ended(session.id)
    expect(await failure(send(session.id, result(calls[0]!, '3')))).toMatchObject({
      message: `400 Unknown pending tool call: ${calls[0]!.call_id}`
    })
    await send(session.id, message('Go on.'))
    await ended(session.id)
  })

  it('wait while the gateway is restarted, and go on with a late result', async () => {
    const { session, calls } = await waiting(['add', 'sub'])
    await send(session.id, result(calls[0]!, 'before'))
    await rig().restart()
    expect(await sessions().retrieve(session.id)).toMatchObject({ status: 'requires_action' })
    expect((await actions(session.id)).length).toBe(1)
    const streamed = sessions().events.stream(session.id)
    const seen = (async () => {
      for await (const event of await streamed) if (event.type === 'agent.session.turn.completed') return event.turn.id
      return undefined
    })()
    await streamed
    await send(session.id, result(calls[1]!, 'after'))
    await ended(session.id)
    expect(await seen).toBe(calls[0]!.turn_id)
    expect(sent()).toMatch(/before.*after/s)
    expect(sent().split('Begin.').length).toBe(2)
    expect(sent()).not.toContain('aborted')
    const items = await all(sessions().items.list(session.id, { order: 'asc' }))
    expect(items.map(({ type }) => type)).toEqual([
      ...['message', 'function_call', 'function_call'],
      ...['function_call_output', 'function_call_output', 'message']
    ])
  })

  it('that nobody answers for a day are given up', async () => {
    const { session, calls } = await waiting(['add'])
    const store = new Connection(join(rig().home, 'gateway', 'store.db'))
    const dayAgo = Date.now() - 86_500_000
    store.run("UPDATE sessions SET status = json_set(status, '$.lastActiveAt', ?) WHERE id = ?", dayAgo, session.id)
    store.close()
    await rig().restart()
    await ended(session.id)
    expect(await sessions().turns.retrieve(calls[0]!.turn_id, { session_id: session.id })).toMatchObject({
      status: 'cancelled'
    })
  })

  it('that are deferred are found by a search of the model’s', async () => {
    const tools = [tool('add', { defer_loading: true }), { type: 'tool_search' as const }]
    const made = await sessions().create({ environment, agent: { ...agent, tools }, input: 'Begin.', stream: true })
    await made.finalResult()
    expect(
      rig()
        .upstream.requests.at(-1)
        ?.tools.map(({ type }) => type)
    ).toContain('tool_search')
  })
})

it('a session is offered the functions of its agent and nothing else, in few words', async () => {
  const made = await sessions().create({ environment, agent, input: 'Hello.', stream: true })
  await made.finalResult()
  const { body, tools } = rig().upstream.requests.at(-1)!
  expect(tools.map(({ name }) => name)).toEqual(['add', 'sub'])
  const { instructions = '' } = body as { instructions?: string }
  const overhead = JSON.stringify(body.input).length + instructions.length - 'Hello.'.length
  expect(overhead).toBeLessThan(2048)
})
