import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import { dripped } from '../../support/upstream/script.ts'
import type { UpstreamRequest } from '../../support/upstream/request.ts'
import { toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, startAgents, stranger } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'
import { ToolServer } from './tool-server.ts'

/** Codex's tools for subagents, of which it has two versions: each model has one of them (codex-cli 0.169). */
const versions = {
  'gpt-5.6-sol': {
    spawn: functionCall(
      'spawn_agent',
      { task_name: 'reader', message: 'Child task.', fork_turns: 'none' },
      of('collaboration')
    ),
    wait: () => functionCall('wait_agent', { timeout_ms: 10_000 }, of('collaboration')),
    name: 'reader',
    instructions: null
  },
  'gpt-5.5': {
    spawn: functionCall('spawn_agent', { message: 'Child task.', agent_type: 'default' }, of('multi_agent_v1')),
    wait: (input: string) =>
      functionCall(
        'wait_agent',
        { targets: [/agent_id\W+([\w-]+)/.exec(input)?.[1]], timeout_ms: 10_000 },
        of('multi_agent_v1')
      ),
    name: null,
    instructions: [{ type: 'output_text', text: 'Child task.' }]
  }
} as const
type Model = keyof typeof versions
function of(namespace: string) {
  return { namespace }
}

/** A model that leads: it begins a subagent, which takes a while, and waits for it; calls a function and a server's tool at once; and says so. */
function leads(request: UpstreamRequest) {
  const input = JSON.stringify(request.body.input)
  if (!input.includes('Begin.')) return dripped(100, says('Child', ' ', 'done.'))
  const { spawn, wait } = versions[request.body.model as Model]
  const steps = [
    () => answer([spawn]),
    () => answer([wait(input)]),
    () => answer([toolCall(request, 'add', { n: 1 }), toolCall(request, 'remove', { path: '/a' })])
  ]
  const outputs = request.body.input.filter(({ type }) => type.endsWith('_call_output')).length
  return steps[outputs]?.() ?? says('All done.')
}

const tools = new ToolServer()
let rig: AgentsRig
beforeAll(async () => {
  rig = await startAgents(leads, { CODEX_MCP_HOSTS: await tools.start() })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  tools.close()
})
const sessions = () => rig.agents().sessions
const agent = {
  multi_agent: { enabled: true, max_concurrent_subagents: 2 },
  tools: [
    { type: 'function' as const, name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } },
    {
      type: 'mcp' as const,
      server_label: 'files',
      get transport() {
        return tools.transport
      }
    }
  ]
}

interface Action {
  type: string
  turn_id: string
  call_id: string
  request_id: string
}

/** Answers what the session asks, one after another, until it is idle. Resolves with what was asked. */
async function answerAll(id: string): Promise<string[]> {
  const asked: string[] = []
  for (;;) {
    const isAsking = async () => (await sessions().retrieve(id)).status
    await expect.poll(isAsking, { timeout: 30_000 }).not.toBe('in_progress')
    const [action] = (await sessions().retrieve(id)).required_actions as unknown as Action[]
    if (action === undefined) return asked.toSorted()
    asked.push(action.type)
    const { type, turn_id, call_id, request_id } = action
    const event =
      type === 'function_call'
        ? { type: 'agent.session.input.tool_result' as const, turn_id, call_id, success: true, output: 'two' }
        : {
            type: 'agent.session.input.mcp_approval_request_result' as const,
            request_id,
            response: { type: 'mcp_tool_call' as const, decision: 'approve' as const }
          }
    await sessions().events.create(id, { events: [event] })
  }
}

describe.each(Object.keys(versions) as Model[])(
  'an agent with subagents, functions and a server of tools, with %s',
  (model) => {
    it('uses all of them in one turn', { timeout: 60_000 }, async () => {
      tools.deleted.length = 0
      const { name, instructions } = versions[model]
      const input = { environment: { type: 'none' as const }, agent: { ...agent, model }, input: 'Begin.' }
      const { id } = await sessions().create(input)
      expect(await answerAll(id)).toEqual(['function_call', 'mcp_approval_request'])
      expect(tools.deleted).toEqual([{ path: '/a' }])

      const items = await all(sessions().items.list(id, { order: 'asc' }))
      expect(items.map(({ type }) => type).toSorted()).toEqual([
        ...['create_subagent_call', 'function_call', 'function_call_output', 'mcp_call'],
        ...['message', 'message', 'wait_for_subagents_call']
      ])
      expect(JSON.stringify(items)).not.toContain('Child done.')
      const [turn, ...others] = await all(sessions().turns.list(id))
      expect([turn?.status, turn?.subagent_id, others]).toEqual(['completed', null, []])

      const found = await all(sessions().subagents.list(id))
      expect(found).toMatchObject([
        { name, instructions, status: 'active', parent_agent_id: turn?.agent_id, session_id: id }
      ])
      const [subagent] = found
      expect(items.find(({ type }) => type === 'create_subagent_call')).toMatchObject({ agent_id: subagent?.id })
      const place = { session_id: id, subagent_id: subagent!.id }
      expect(await sessions().subagents.retrieve(subagent!.id, { session_id: id })).toEqual(subagent)
      const turns = await all(sessions().subagents.turns.list(subagent!.id, { session_id: id }))
      expect(turns).toMatchObject([{ status: 'completed', subagent_id: subagent?.id }])
      expect(await sessions().subagents.turns.retrieve(turns[0]!.id, place)).toEqual(turns[0])
      const said = await all(sessions().subagents.turns.items.list(turns[0]!.id, place))
      expect(JSON.stringify(said)).toContain('Child done.')
      expect(await all(sessions().subagents.items.list(subagent!.id, { session_id: id }))).toEqual(said)
      const { subagents } = rig.client(stranger).beta.agents.sessions
      expect(await failure(subagents.retrieve(subagent!.id, { session_id: id }))).toMatchObject({ status: 404 })
    })
  }
)
