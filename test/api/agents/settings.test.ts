import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, startAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

/** What the server of tools was asked to do. */
const deleted: unknown[] = []
const results: Record<string, (params: { protocolVersion?: string; arguments?: unknown }) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'files', version: '1' }
  }),
  'tools/list': () => ({
    tools: [
      {
        name: 'remove',
        description: 'Removes a file.',
        inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
        annotations: { destructiveHint: true }
      }
    ]
  }),
  'tools/call': ({ arguments: args }) => {
    deleted.push(args)
    return { content: [{ type: 'text', text: 'removed' }] }
  }
}
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    if (request.method !== 'POST') return response.writeHead(405).end()
    const { id, method, params } = JSON.parse(body) as { id?: number; method: string; params: object }
    if (id === undefined) return response.writeHead(202).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} }))
  })
})

let rig: AgentsRig
let server_url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  server_url = `http://${host}/mcp`
  rig = await startAgents(says('Done.'), { CODEX_MCP_HOSTS: host, CODEX_ENABLE_SEARCH: '1' })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  server.close()
})

const sessions = () => rig.agents().sessions
const environment = { type: 'none' as const }
const parameters = { type: 'object', properties: { n: { type: 'number' } } }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const mcp = () => ({ type: 'mcp' as const, server_label: 'files', transport: { type: 'http' as const, server_url } })
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

describe('a tool of a server that would destroy something', () => {
  const removes = afterTools(
    (request) => {
      const group = request.tools.find((tool) => JSON.stringify(tool).includes('"remove"'))
      return answer([toolCall({ ...request, tools: toolsIn(group) } as typeof request, 'remove', { path: '/a' })])
    },
    (request) => says(`It was ${JSON.stringify(request.toolOutputs)}`)
  )
  /** The tools of a namespace, each as one of it. */
  const toolsIn = (group: object | undefined) => {
    const { name, tools = [group] } = (group ?? {}) as { name?: string; tools?: object[] }
    return tools.map((tool) => ({ ...tool, type: 'function', ...(tools[0] !== group && { namespace: name }) }))
  }

  it.each([
    ['approve', 1, 'completed'],
    ['deny', 0, 'failed'],
    ['cancel', 0, 'failed']
  ] as const)('waits for the caller, who decides: %s', async (decision, times, status) => {
    deleted.length = 0
    rig.upstream.answerNext(removes)
    rig.upstream.answerNext(removes)
    const agent = { model: 'gpt-5.5', tools: [mcp(), add] }
    const { id } = await sessions().create({ environment, agent, input: 'Remove it.' })
    await expect
      .poll(async () => (await sessions().retrieve(id)).required_actions, { timeout: 20_000 })
      .toMatchObject([{ type: 'mcp_approval_request', request: { server_label: 'files', name: 'remove' } }])
    expect(deleted).toEqual([])
    const [action] = (await sessions().retrieve(id)).required_actions as { request_id: string }[]
    const type = 'agent.session.input.mcp_approval_request_result' as const
    const decide = (request_id: string) =>
      sessions().events.create(id, {
        events: [{ type, request_id, response: { type: 'mcp_tool_call', decision } }]
      })
    expect(await failure(decide('apr_x'))).toMatchObject({ status: 400 })
    await decide(action!.request_id)
    await idle(id)
    expect(deleted.length).toBe(times)
    const items = await all(sessions().items.list(id))
    expect(items.find(({ type: kind }) => kind === 'mcp_call')).toMatchObject({ status, server_label: 'files' })
  })

  it('is called only where the operator allows it', async () => {
    const tools = [{ ...mcp(), transport: { type: 'http' as const, server_url: 'http://127.0.0.1:9/mcp' } }]
    const refused = sessions().create({ environment, agent: { model: 'gpt-5.5', tools }, input: 'x' })
    expect(await failure(refused)).toMatchObject({ status: 400, param: 'agent.tools[0].transport.server_url' })
  })
})
