import { describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { all, failure, owner, sharedAgents, stranger } from './start-agents.ts'

const rig = sharedAgents(says('Hello.'))

describe('a saved agent', () => {
  it('is made with the defaults of the API, read, changed and deleted', async () => {
    const agents = rig().agents()
    const made = await agents.create({ model: 'gpt-5.5', name: 'one', metadata: { kind: 'first' } })
    expect(made).toMatchObject({
      object: 'agent',
      model: 'gpt-5.5',
      name: 'one',
      instructions: null,
      metadata: { kind: 'first' },
      tools: [],
      text: { format: { type: 'text' }, verbosity: 'medium' },
      reasoning: { effort: null, summary: null },
      service_tier: 'auto',
      multi_agent: { enabled: false, max_concurrent_subagents: null }
    })
    expect(made.id).toMatch(/^agt_[0-9a-f]{32}$/)
    const changed = await agents.update(made.id, {
      name: null,
      instructions: 'Be brief.',
      multi_agent: { enabled: true },
      tools: [{ type: 'function', name: 'add', description: 'Adds.', parameters: { type: 'object' } }]
    })
    expect(changed).toMatchObject({
      name: null,
      instructions: 'Be brief.',
      metadata: { kind: 'first' },
      multi_agent: { enabled: true, max_concurrent_subagents: 6 },
      tools: [{ type: 'function', name: 'add', defer_loading: false }]
    })
    expect(await agents.retrieve(made.id)).toEqual(changed)
    expect(await agents.update(made.id, { tools: null, instructions: null, metadata: {} })).toMatchObject({
      tools: [],
      instructions: null,
      metadata: {},
      multi_agent: { enabled: true }
    })
    expect(await agents.delete(made.id)).toEqual({ id: made.id, object: 'agent.deleted', deleted: true })
    expect(await failure(agents.retrieve(made.id))).toMatchObject({
      status: 404,
      type: 'not_found_error',
      code: 'not_found_error',
      message: '404 Resource not found.'
    })
  })

  it('is listed page by page, in both orders', async () => {
    const agents = rig().client(stranger).beta.agents
    const ids: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push((await agents.create({ model: 'gpt-5.5', name })).id)
    expect((await all(agents.list({ limit: 2 }))).map(({ id }) => id)).toEqual(ids.toReversed())
    expect((await all(agents.list({ limit: 2, order: 'asc' }))).map(({ id }) => id)).toEqual(ids)
    expect((await all(agents.list({ limit: 1000 }))).length).toBe(5)
    expect(await failure(agents.list({ after: 'agt_00' }))).toMatchObject({ status: 404 })
  })

  it('is its owner’s alone', async () => {
    const { id } = await rig().agents().create({ model: 'gpt-5.5', name: 'mine' })
    const others = rig().client(stranger).beta.agents
    for (const call of [() => others.retrieve(id), () => others.update(id, { name: 'no' }), () => others.delete(id)])
      expect(await failure(call())).toMatchObject({ status: 404, code: 'not_found_error' })
    expect((await all(others.list())).map((one) => one.id)).not.toContain(id)
    expect(await rig().agents().retrieve(id)).toMatchObject({ name: 'mine' })
  })

  it('shows no secret of a server that it calls', async () => {
    const headers = { 'x-team': 'blue', Authorization: 'Bearer secret' }
    const transport = { type: 'http' as const, server_url: 'https://mcp.example/mcp', headers }
    const made = await rig()
      .agents()
      .create({ model: 'gpt-5.5', tools: [{ type: 'mcp', server_label: 'team', transport }] })
    expect(made.tools).toMatchObject([
      { transport: { headers: { 'x-team': 'blue' } }, required: false, connection_origin: 'service' }
    ])
    expect(JSON.stringify(await rig().agents().retrieve(made.id))).not.toContain('secret')
  })
})

const url = (path: string) => `${rig().url()}${path}`

it.each([{}, { 'openai-beta': 'agents=v0' }])('asks for the header of the beta: %j', async (headers) => {
  const response = await fetch(url('/agents'), { headers: { authorization: `Bearer ${owner}`, ...headers } })
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      error: {
        type: 'invalid_beta',
        code: 'invalid_beta',
        param: null,
        message: "To access the Agents API, set the 'OpenAI-Beta' header to 'agents=v1'."
      }
    }
  ])
})

it('refuses vaults with a reason, which no client tries again', async () => {
  const { vaults } = rig().client().withOptions({ maxRetries: 2 }).beta.agents
  const refused = await Promise.all([
    failure(vaults.list()),
    failure(vaults.retrieve('v')),
    failure(vaults.delete('v')),
    failure(vaults.credentials.list('v'))
  ])
  for (const one of refused) expect(one).toMatchObject({ status: 400, code: 'unsupported_operation' })
  expect(refused[0]?.message).toContain('Vaults are not offered')
})

it.each([
  [{ model: '' }, 'model'],
  [{ model: 'gpt-5.5', tools: [{ type: 'computer_use' }] }, 'tools[0].type'],
  [{ model: 'gpt-5.5', reasoning: { effort: 'huge' } }, 'reasoning.effort'],
  [
    { model: 'gpt-5.5', tools: [{ type: 'function', name: 'f', parameters: { type: 'array' } }] },
    'tools[0].parameters'
  ],
  [{ model: 'gpt-5.5', metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
  [
    { model: 'gpt-5.5', tools: [{ type: 'function', name: 'f', parameters: {}, defer_loading: true }] },
    'tools[0].defer_loading'
  ]
])('names the field at fault: %j', async (body, param) => {
  const refused = await failure(
    rig()
      .agents()
      .create(body as never)
  )
  expect(refused).toMatchObject({ status: 400, type: 'invalid_request_error', param })
})
