import { z } from 'zod'
import { agentConfig, agentFields } from '../../agents/agent.ts'
import type { StoredAgent } from '../../agents/agent.ts'
import { newId, secondsOf } from '../../agents/ids.ts'
import type { Resources } from '../../agents/resources.ts'
import { notFound } from '../../agents/resources.ts'
import { savedTool } from '../../agents/tools.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { metadata } from '../../openai/metadata.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { readRequest } from '../read-request.ts'
import { agentAnswer, deletedAnswer } from './answers.ts'
import { checkAgent } from './check-agent.ts'
import { pageFrom, pageQuery, wishIn } from './page.ts'
import { readUpdate } from './read-update.ts'

const model = z.string().min(1).max(256)
const own = { name: z.string().max(256).nullish(), metadata: metadata.nullish() }
export const agentCreation = z.object({ model, ...own, ...agentFields })
export const agentUpdate = z.object({ model: model.optional(), ...own, ...agentFields })
type AgentUpdate = z.output<typeof agentUpdate>

export interface AgentDependencies {
  agents: Resources<StoredAgent>
  readBody: ReadBody
}

/** The operations on saved agents. */
export function agentOperations({ agents, readBody }: AgentDependencies): Operation[] {
  const entered = async (ctx: ApiContext) => {
    const { id = '' } = ctx.params
    const owner = ctx.state.principal.id
    return { id, owner, agent: await agents.find(owner, id) }
  }
  return [
    {
      method: 'post',
      path: '/agents',
      summary: 'Save an agent.',
      body: agentCreation,
      answer: agentAnswer,
      async handle(ctx) {
        const { name = null, metadata: pairs, ...config } = await readRequest(ctx, readBody, agentCreation)
        checkAgent(config)
        const now = secondsOf(Date.now())
        const agent = { created_at: now, updated_at: now, name, metadata: pairs ?? {}, config }
        const id = newId('agt')
        await agents.add(ctx.state.principal.id, id, agent)
        ctx.status = 201
        ctx.body = shownAgent(id, agent)
      }
    },
    {
      method: 'get',
      path: '/agents',
      summary: 'Your saved agents.',
      query: pageQuery,
      answer: pageSchemaOf(agentAnswer),
      failures: [404],
      async handle(ctx) {
        const found = await agents.list(ctx.state.principal.id, wishIn(ctx))
        ctx.body = pageFrom(found, ({ id, value }) => shownAgent(id, value))
      }
    },
    {
      method: 'get',
      path: '/agents/{id}',
      summary: 'A saved agent.',
      answer: agentAnswer,
      failures: [404],
      async handle(ctx) {
        const { id, agent } = await entered(ctx)
        ctx.body = shownAgent(id, agent)
      }
    },
    {
      method: 'post',
      path: '/agents/{id}',
      summary: 'Change a saved agent. Sessions that there are keep their copy.',
      body: agentUpdate,
      answer: agentAnswer,
      failures: [404],
      async handle(ctx) {
        const { id, owner, agent } = await entered(ctx)
        const changed = changedAgent(agent, await readUpdate(ctx, readBody, agentUpdate))
        checkAgent(changed.config)
        await agents.replace(owner, id, changed)
        ctx.body = shownAgent(id, changed)
      }
    },
    {
      method: 'delete',
      path: '/agents/{id}',
      summary: 'Delete a saved agent. Sessions that there are keep their copy.',
      answer: deletedAnswer('agent.deleted'),
      failures: [404],
      handle(ctx) {
        const { id = '' } = ctx.params
        if (!agents.delete(ctx.state.principal.id, id)) throw notFound()
        ctx.body = { id, object: 'agent.deleted', deleted: true }
      }
    }
  ]
}

function changedAgent(
  agent: StoredAgent,
  { name = agent.name, metadata: pairs = agent.metadata, experimental, ...changes }: Partial<AgentUpdate>
): StoredAgent {
  const merged = experimental && { ...agent.config.experimental, ...experimental }
  const config = { ...agent.config, ...changes, ...(merged && { experimental: merged }) }
  return { ...agent, updated_at: secondsOf(Date.now()), name, metadata: pairs ?? {}, config: agentConfig.parse(config) }
}

/** An agent as it is answered. */
function shownAgent(id: string, { config, ...agent }: StoredAgent) {
  return { id, object: 'agent' as const, ...agent, ...config, tools: config.tools.map(savedTool) }
}
