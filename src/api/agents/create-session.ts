import type { AgentConfig } from '../../agents/agent.ts'
import { agentConfig } from '../../agents/agent.ts'
import type { AgentSession } from '../../agents/agent-session.ts'
import { newId } from '../../agents/ids.ts'
import type { Message } from '../../agents/message.ts'
import { threadSettingsFrom } from '../../agents/thread-settings.ts'
import type { ApiContext } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { scopeOf } from '../../http/scope.ts'
import { invalid } from '../../openai/invalid.ts'
import { modelSettings } from '../thread-dependencies.ts'
import { checkAgent, checkAllowed, unsupported } from './check-agent.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { messagesFrom } from './messages.ts'
import type { SessionCreation } from './session-schema.ts'

interface Agent {
  agentId: string
  name: string | null
  config: AgentConfig
}

/** Makes a session, on a thread of its own, and returns it with its first messages. */
export async function createSession(
  ctx: ApiContext,
  sent: SessionCreation,
  fields: ReadonlySet<string>,
  dependencies: AgentsDependencies
): Promise<{ session: AgentSession; messages: Message[] }> {
  const { agentSessions, threads } = dependencies
  checkOffered(sent)
  checkInput(sent)
  const owner = ctx.state.principal.id
  const agent = await agentOf(owner, sent, fields, dependencies)
  checkAgent(agent.config, 'agent.')
  const messages = await messagesFrom(ctx, sent.input ?? [], 'input', dependencies)
  agentSessions.checkRoom(owner)
  checkAllowed(agent.config.tools, 'agent.tools', dependencies)
  const settings = await settingsFor(ctx, agent.config, dependencies, sent.review ?? undefined)
  const thread = await threads.start(scopeOf(ctx), settings, lifetime(ctx))
  const made = { ...agent, environment: { type: 'none' as const }, ...(sent.review && { review: sent.review }) }
  return { session: agentSessions.create(thread, made, sent.metadata ?? {}), messages }
}

/** The settings of the thread of an agent. Throws for a model that is not there. */
export async function settingsFor(
  ctx: ApiContext,
  config: AgentConfig,
  { resolveModel, chooseEffort }: Pick<AgentsDependencies, 'resolveModel' | 'chooseEffort'>,
  review?: 'none' | 'auto_review'
) {
  const model = await resolveModel(config.model, ctx.state.workspace)
  ctx.state.model = model.name
  const { model: target, effort } = await modelSettings(model, chooseEffort, config.reasoning.effort ?? undefined)
  return threadSettingsFrom(config, { model: target, effort }, review)
}

/** The agent of a session: the saved one, of which each field that is given takes the place. */
async function agentOf(
  owner: string,
  { agent_id: id, agent }: SessionCreation,
  given: ReadonlySet<string>,
  { agents }: Pick<AgentsDependencies, 'agents'>
): Promise<Agent> {
  const saved = id ? await agents.find(owner, id) : undefined
  const own = Object.entries(agent ?? {}).filter(([name]) => given.has(name) || saved === undefined)
  const config = { ...saved?.config, ...Object.fromEntries(own) }
  if (!('model' in config) || !config.model) throw invalid("Missing required parameter: 'agent.model'.", 'agent.model')
  return { agentId: id ?? newId('agt'), name: saved?.name ?? null, config: agentConfig.parse(config) }
}

function checkInput({ environment, input }: SessionCreation): void {
  if (environment.type === 'none' && (input ?? '').length === 0)
    throw invalid('Conversation-only sessions currently require initial input.', 'input')
}

/** Throws for what the API knows and this gateway does not offer. */
export function checkOffered(sent: Partial<Omit<SessionCreation, 'agent'>>): void {
  if (sent.environment && sent.environment.type !== 'none')
    throw unsupported('Only sessions without an environment are offered: `none`.', 'environment.type')
  if (sent.vault_ids && sent.vault_ids.length > 0) throw unsupported('Vaults are not offered.', 'vault_ids')
  if (sent.prompt_cache_options) throw unsupported('Codex chooses how prompts are cached.', 'prompt_cache_options')
  if (sent.spend_control) throw unsupported('The operator has set no prices.', 'spend_control')
}
