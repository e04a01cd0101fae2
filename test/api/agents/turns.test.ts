import { OpenAI } from 'openai-newest'
import { zodAgentTextFormat } from 'openai-newest/helpers/beta/agents/zod'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { processesWith } from '../../support/processes.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, runs, toolCall } from '../../support/upstream/tool-calls.ts'
import { readEvents } from './event-reader.ts'
import { all, failure, owner } from './start-agents.ts'
import { agent, hosted, sharedEnvironments } from './start-environments.ts'

const rig = sharedEnvironments({ CODEX_MAX_CONCURRENCY: '4' })
const sessions = () => rig().agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: { n: { type: 'number' } } }
const tools = ['add', 'sub'].map((name) => ({ type: 'function' as const, name, description: name, parameters }))
const message = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})
const cancel = { type: 'agent.session.input.cancel' as const }
const send = (id: string, ...events: (typeof cancel | ReturnType<typeof message>)[]) =>
  sessions().events.create(id, { events })
const status = async (id: string) => (await sessions().retrieve(id)).status
const becomes = (id: string, wanted: string) => expect.poll(() => status(id), { timeout: 20_000 }).toBe(wanted)
const turnsOf = async (id: string) =>
  (await all(sessions().turns.list(id, { order: 'asc' }))).map((turn) => turn.status)

/** A session whose command runs, until there is a file `go` or it is ended. */
async function working(name: string): Promise<string> {
  const command = `echo ${name} >> marks; until [ -e go ]; do sleep 0.05; done; cat marks`
  const model = runs(command, says('Done.'))
  rig().upstream.answerNext(model, model)
  const { id } = await sessions().create({ environment: hosted, agent, input: 'Do it.' })
  await expect.poll(() => processesWith(`echo ${name} >> marks`).length, { timeout: 20_000 }).toBeGreaterThan(0)
  return id
}

describe('while a command runs', () => {
  it('a message is read after it, which runs once and to its end', async () => {
    const id = await working('mark-of-message')
    await send(id, message('And this.'))
    const { environment: made } = await sessions().retrieve(id)
    const go = { type: 'inline' as const, path: '/workspace/go', data: '' }
    await rig()
      .agents()
      .environments.files.create((made as { id: string }).id, go)
    await becomes(id, 'idle')
    expect(await turnsOf(id)).toEqual(['completed'])
    const input = rig()
      .upstream.requests.at(-1)!
      .body.input.map((item) => JSON.stringify(item))
    const places = ['mark-of-message\\n', 'And this.'].map((text) => input.findLastIndex((item) => item.includes(text)))
    expect(places[0]).toBeGreaterThan(0)
    expect(places[1]).toBeGreaterThan(places[0]!)
    expect(input[places[0]!]!.split('mark-of-message').length).toBe(2)
  })

  it('its turn can be cancelled, by several at once: nothing of it is left, and the next one works', async () => {
    const id = await working('mark-of-cancel')
    await Promise.all([send(id, cancel), send(id, cancel)])
    expect((await sessions().retrieve(id)).required_actions).toEqual([])
    await becomes(id, 'idle')
    await expect.poll(() => processesWith('echo mark-of-cancel >> marks'), { timeout: 20_000 }).toEqual([])
    expect((await sessions().stream(id, { input: 'Hello.' }).finalResult()).output_text).toBe('Done.')
    expect(await turnsOf(id)).toEqual(['cancelled', 'completed'])
  })
})

it('a turn that has only been asked for can be cancelled, too', async () => {
  const { id } = await sessions().create({ environment, agent, input: 'Hello.' })
  await becomes(id, 'idle')
  await Promise.all([send(id, message('More.'), cancel), send(id, cancel)])
  await becomes(id, 'idle')
  expect((await turnsOf(id))[0]).toBe('completed')
  expect((await sessions().stream(id, { input: 'Hello.' }).finalResult()).output_text).toBe('Done.')
})

it('a helper without a handler says what is asked, and one change of status follows all answers', async () => {
  const model = afterTools(
    (request) => answer(['sub', 'add'].map((name) => toolCall(request, name, { n: 1 }))),
    says('OK.')
  )
  rig().upstream.answerNext(model, model)
  const made = await sessions().create({ environment, agent: { ...agent, tools }, input: 'Begin.', stream: true })
  const refused = made.finalResult()
  await expect(refused).rejects.toMatchObject({ name: 'AgentTurnResultError', reason: 'requires_action' })
  const { id } = (await sessions().list({ limit: 1 })).data[0]!
  await expect.poll(async () => (await sessions().retrieve(id)).required_actions.length, { timeout: 20_000 }).toBe(2)
  const actions = (await sessions().retrieve(id)).required_actions as { turn_id: string; call_id: string }[]
  for (const { turn_id, call_id } of actions.toReversed()) {
    const result = { type: 'agent.session.input.tool_result' as const, turn_id, call_id, success: true, output: '1' }
    await sessions().events.create(id, { events: [result] })
  }
  const events = await readEvents([rig().url(), id, '0', owner], ({ data }) => data.type === 'agent.session.idle')
  const statuses = events.flatMap(
    ({ data: { type } }) => (/session\.(in_progress|requires_action)$/.exec(type) ?? [])[1] ?? []
  )
  expect(statuses.filter((one) => one === 'in_progress').length).toBe(2)
  expect(statuses.at(-1)).toBe('in_progress')
})

it('an answer has the type that its format says, and what is no schema is refused before a request to the model', async () => {
  const format = zodAgentTextFormat(z.object({ n: z.number() }))
  rig().upstream.answerNext(says('{"n":7}'))
  const made = await sessions().create({
    environment,
    agent: { ...agent, text: { format } },
    input: 'A number.',
    stream: true
  })
  expect((await made.finalResult()).output_parsed.n).toBe(7)
  const before = rig().upstream.count
  const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ type: 'array', items: inner }), {})
  const bad = { type: 'json_schema' as const, schema: { type: 'object', properties: { deep } } }
  const refused = sessions().create({ environment, agent: { ...agent, text: { format: bad } }, input: 'x' })
  expect(await failure(refused)).toMatchObject({
    status: 400,
    param: expect.stringContaining('agent.text.format') as string
  })
  expect(rig().upstream.count).toBe(before)
})

it('what is refused is asked for once by a client that tries again', async () => {
  let asked = 0
  const counting: typeof fetch = (input, init) => ((asked += 1), fetch(input, init))
  const client = new OpenAI({ baseURL: rig().url(), apiKey: owner, fetch: counting })
  const own = { type: 'self_hosted' as const, workspace_directory: '/w' }
  const { id } = await sessions().create({ environment, agent: { ...agent }, input: 'x' })
  const result = { type: 'agent.session.input.tool_result' as const, turn_id: 't', call_id: 'call_x', success: true }
  const calls = [
    client.beta.agents.vaults.list(),
    client.beta.agents.sessions.create({ environment: own, agent, input: 'x' }),
    client.beta.agents.sessions.create({ environment, agent, input: 'x', prompt_cache_options: { ttl: '30m' } })
  ]
  for (const call of calls) expect(await failure(call)).toMatchObject({ status: 400 })
  expect(await failure(client.beta.agents.sessions.events.create(id, { events: [result] }))).toMatchObject({
    message: '400 Unknown pending tool call: call_x'
  })
  expect(asked).toBe(4)
})
