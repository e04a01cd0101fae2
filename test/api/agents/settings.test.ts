import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenAI } from 'openai-newest'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, startAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'
import { ToolServer } from './tool-server.ts'

let rig: AgentsRig
const tools = new ToolServer()
beforeAll(async () => {
  rig = await startAgents(says('Done.'), {
    CODEX_MCP_HOSTS: await tools.start(),
    CODEX_ENABLE_SEARCH: '1',
    CODEX_FETCH_IMAGES: '1'
  })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  tools.close()
})

const sessions = () => rig.agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: { n: { type: 'number' } } }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const mcp = () => ({ type: 'mcp' as const, server_label: 'files', transport: tools.transport })
const idle = (id: string) =>
  expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('idle')
const lastBody = () => rig.upstream.requests.at(-1)!.body as unknown as Record<string, unknown>
const message = (text: string) => ({
  type: 'agent.session.input.message' as const,
  input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text }] }]
})

it('what an agent is set to reaches the model', async () => {
  const schema = {
    type: 'object',
    properties: { answer: { type: 'string' } },
    required: ['answer'],
    additionalProperties: false
  }
  rig.upstream.answerNext(says('{"answer":"yes"}'))
  const location = { country: 'NL', city: 'Utrecht', region: null, timezone: null }
  const made = await sessions().create({
    environment,
    agent: {
      model: 'gpt-5.5',
      instructions: 'Be a clerk.',
      reasoning: { effort: 'high', summary: 'detailed' },
      service_tier: 'fast',
      text: { verbosity: 'high', format: { type: 'json_schema', schema } },
      tools: [{ type: 'web_search', context_size: 'low', allowed_domains: ['example.com'], location }]
    },
    input: 'Yes?',
    stream: true
  })
  expect((await made.finalResult()).output_text).toBe('{"answer":"yes"}')
  const body = lastBody()
  expect(body).toMatchObject({
    reasoning: { effort: 'high', summary: 'detailed' },
    service_tier: 'priority',
    text: { verbosity: 'high', format: { type: 'json_schema', schema, strict: true } }
  })
  expect(JSON.stringify(body['input'])).toContain('Be a clerk.')
  expect(body['tools']).toMatchObject([
    {
      type: 'web_search',
      search_context_size: 'low',
      filters: { allowed_domains: ['example.com'] },
      user_location: { country: 'NL', city: 'Utrecht' }
    }
  ])
})

it('its model, effort and functions may change between turns, and what was said stays', async () => {
  const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'My name is Ada.' })
  await idle(id)
  const sub = { ...add, name: 'sub' }
  await sessions().update(id, { agent: { reasoning: { effort: 'low' }, tools: [add, sub], service_tier: 'flex' } })
  await sessions().events.create(id, { events: [message('Who am I?')] })
  await idle(id)
  const body = lastBody()
  expect(body).toMatchObject({ reasoning: { effort: 'low' }, service_tier: 'flex' })
  expect((body['tools'] as { name: string }[]).map(({ name }) => name)).toEqual(['add', 'sub'])
  const input = JSON.stringify(body['input'])
  expect([input.split('My name is Ada.').length, input.split('Who am I?').length]).toEqual([2, 2])
})

it('what is changed between turns holds from the next one on, and so does what is taken back', async () => {
  const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5' }, input: 'Hello.' })
  await idle(id)
  const { reasoning: usual, service_tier: none } = lastBody()
  const updated = async (agent: OpenAI.Beta.Agents.SessionUpdateParams.Agent) => {
    await sessions().update(id, { agent })
    await sessions().events.create(id, { events: [message('And now?')] })
    await idle(id)
    return lastBody()
  }
  expect(none).toBeUndefined()
  expect(await updated({ service_tier: 'priority', reasoning: { effort: 'low' } })).toMatchObject({
    service_tier: 'priority',
    reasoning: { effort: 'low' }
  })
  expect(await updated({ service_tier: 'flex' })).toMatchObject({ service_tier: 'flex' })
  const { service_tier: tier, reasoning } = await updated({ service_tier: 'auto', reasoning: { effort: null } })
  expect([tier, reasoning]).toEqual([undefined, usual])
  expect((await updated({ tools: [{ type: 'web_search' }] }))['tools']).toMatchObject([{ type: 'web_search' }])
  expect((await updated({ tools: [] }))['tools']).toEqual([])
})

it('its tools stay while a turn waits, and of those that it had nothing is left when it is deleted', async () => {
  const before = await rig.rollouts()
  rig.upstream.answerNext((request) => answer([toolCall(request, 'add', { n: 1 })]))
  const { id } = await sessions().create({ environment, agent: { model: 'gpt-5.5', tools: [add] }, input: 'Begin.' })
  await expect.poll(async () => (await sessions().retrieve(id)).status, { timeout: 20_000 }).toBe('requires_action')
  expect(await failure(sessions().update(id, { agent: { tools: [] } }))).toMatchObject({ status: 409 })
  expect((await rig.rollouts()).length).toBe(before.length + 1)
  await sessions().events.create(id, { events: [{ type: 'agent.session.input.cancel' }] })
  await idle(id)
  await sessions().update(id, { agent: { tools: [] } })
  await sessions().delete(id)
  expect(await rig.rollouts()).toEqual(before)
})

it.each(['https://localhost/a.png', 'https://[::1]/a.png'])('an image is not fetched from %s', async (image_url) => {
  const input = [{ role: 'user' as const, content: [{ type: 'input_image' as const, image_url }] }]
  const made = sessions().create({ environment, agent: { model: 'gpt-5.5' }, input })
  expect(await failure(made)).toMatchObject({
    status: 400,
    param: 'input[0].content[0].image_url',
    message: expect.stringContaining('no public address') as string
  })
})

describe('a tool of a server that would destroy something', () => {
  const removes = afterTools(
    (request) => answer([toolCall(request, 'remove', { path: '/a' })]),
    (request) => says(`It was ${JSON.stringify(request.toolOutputs)}`)
  )

  it.each([
    ['approve', 1, 'completed'],
    ['deny', 0, 'failed'],
    ['cancel', 0, 'failed']
  ] as const)('waits for the caller, who decides: %s', async (decision, times, status) => {
    tools.deleted.length = 0
    rig.upstream.answerNext(removes)
    rig.upstream.answerNext(removes)
    const agent = { model: 'gpt-5.5', tools: [mcp(), add] }
    const { id } = await sessions().create({ environment, agent, input: 'Remove it.' })
    await expect
      .poll(async () => (await sessions().retrieve(id)).required_actions, { timeout: 20_000 })
      .toMatchObject([{ type: 'mcp_approval_request', request: { server_label: 'files', name: 'remove' } }])
    expect(tools.deleted).toEqual([])
    const [action] = (await sessions().retrieve(id)).required_actions as { request_id: string }[]
    const type = 'agent.session.input.mcp_approval_request_result' as const
    const decide = (request_id: string) =>
      sessions().events.create(id, {
        events: [{ type, request_id, response: { type: 'mcp_tool_call', decision } }]
      })
    expect(await failure(decide('apr_x'))).toMatchObject({ status: 400 })
    await decide(action!.request_id)
    await idle(id)
    expect(tools.deleted.length).toBe(times)
    const items = await all(sessions().items.list(id))
    expect(items.find(({ type: kind }) => kind === 'mcp_call')).toMatchObject({ status, server_label: 'files' })
  })

  it('is decided about by a reviewer from the next turn on, and by the caller again', async () => {
    tools.deleted.length = 0
    const { id } = await sessions().create({
      environment,
      agent: { model: 'gpt-5.5', tools: [mcp()] },
      input: 'Hello.'
    })
    await idle(id)
    const asks = async (review: 'none' | 'auto_review') => {
      await sessions().update(id, { review })
      rig.upstream.answerNext((request) => answer([toolCall(request, 'remove', { path: '/a' })]))
      await sessions().events.create(id, { events: [message('Remove it.')] })
      const now = async () => (await sessions().retrieve(id)).status
      await expect.poll(now, { timeout: 20_000 }).not.toBe('in_progress')
      const { required_actions: actions } = await sessions().retrieve(id)
      await sessions().events.create(id, { events: [{ type: 'agent.session.input.cancel' }] })
      await idle(id)
      return actions.length
    }
    expect(await asks('auto_review')).toBe(0)
    expect(await asks('none')).toBe(1)
  })

  it('is called only where the operator allows it', async () => {
    const dead = [{ ...mcp(), transport: { type: 'http' as const, server_url: 'http://127.0.0.1:9/mcp' } }]
    const refused = sessions().create({ environment, agent: { model: 'gpt-5.5', tools: dead }, input: 'x' })
    expect(await failure(refused)).toMatchObject({ status: 400, param: 'agent.tools[0].transport.server_url' })
  })
})
