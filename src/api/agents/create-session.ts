import type { AgentConfig } from '../../agents/agent.ts'
import { agentConfig } from '../../agents/agent.ts'
import type { AgentSession } from '../../agents/agent-session.ts'
import { newId } from '../../agents/ids.ts'
import { threadPlaceOf } from '../../agents/hosting.ts'
import { sessionEnvironmentOf } from '../../agents/shown-environment.ts'
import { threadSettingsFrom } from '../../agents/thread-settings.ts'
import type { OfferedWorkspace } from '../../access/workspaces.ts'
import type { SessionWish } from '../../agents/thread-settings.ts'
import type { ApiContext } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { scopeOf } from '../../http/scope.ts'
import type { Scope } from '../../http/scope.ts'
import { invalid } from '../../openai/invalid.ts'
import { settingsOfModel } from '../thread-dependencies.ts'
import { checkAgent, checkAllowed, unsupported } from './check-agent.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { checkPrice, spendingLimit } from './spending.ts'
import { checkEnvironment, prepareEnvironment } from './environments/prepare.ts'
import { messagesFrom } from './messages.ts'
import { senderOf } from './sender.ts'
import type { SessionCreation } from './session-schema.ts'

/** Milliseconds that the deletion of a thread may take. */
const patience = 10_000

interface Agent {
  agentId: string
  name: string | null
  config: AgentConfig
}

/** For whom a session is made, and where: a request's caller, or that of an automation. */
export interface SessionCaller {
  scope: Scope
  workspace: OfferedWorkspace
  signal: AbortSignal
  /** Called with the name of the model that is used. */
  named?: (model: string) => void
}

export const callerOf = (ctx: ApiContext): SessionCaller => ({
  scope: scopeOf(ctx),
  workspace: ctx.state.workspace,
  signal: lifetime(ctx),
  named: (model) => (ctx.state.model = model)
})

/** A request for a session: `fields` are those that it gives its agent, `id` is that of the session. */
interface SessionRequest {
  sent: SessionCreation
  fields: ReadonlySet<string>
  id: string
}

/** Makes a session, on a thread of its own, which begins with its first messages. */
export async function createSession(
  ctx: ApiContext,
  { sent, fields, id }: SessionRequest,
  dependencies: AgentsDependencies
): Promise<AgentSession> {
  checkInput(sent)
  const agent = await checkedAgent(ctx.state.principal.id, sent, fields, dependencies)
  const messages = await messagesFrom(ctx, sent.input ?? [], 'input', dependencies)
  const session = await startSession(callerOf(ctx), sent, agent, dependencies, id)
  try {
    await session.inOrder(() => dependencies.drive.send(session, messages, senderOf(ctx, dependencies)))
    return session
  } catch (error) {
    await discard(session, dependencies) // nobody knows its id
    throw error
  }
}

/** Deletes a session with all that is in it. */
export async function discard(
  session: AgentSession,
  { agentSessions, threads, changes }: Pick<AgentsDependencies, 'agentSessions' | 'threads' | 'changes'>
): Promise<void> {
  const { owner, workspace, thread } = session.session.record
  agentSessions.close(session)
  const record = threads.maybe({ owner, workspace }, thread)
  const signal = AbortSignal.timeout(patience)
  if (record) await changes.delete(record, true, signal).catch(() => {}) // it expires by itself
  await agentSessions.removeEnvironment(session)
}

/** Gives its first messages to a session that was made by a request before this one, whose gateway may have been killed before it did. */
export async function beginMade(
  ctx: ApiContext,
  session: AgentSession,
  { input }: SessionCreation,
  dependencies: AgentsDependencies
): Promise<void> {
  const { agentRecords, drive } = dependencies
  const hasBegun = () =>
    agentRecords.list(session.id, { kind: 'turn', scope: '', order: 'asc', limit: 1 }).length > 0 || !input?.length
  if (hasBegun()) return
  const messages = await messagesFrom(ctx, input ?? [], 'input', dependencies)
  await session.inOrder(async () => {
    if (!hasBegun()) await drive.send(session, messages, senderOf(ctx, dependencies))
  })
}

/** The agent that a session is to have. Throws for what cannot be. */
export async function checkedAgent(
  owner: string,
  sent: SessionCreation,
  fields: ReadonlySet<string>,
  dependencies: AgentsDependencies
): Promise<Agent> {
  checkOffered(sent)
  const agent = await agentOf(owner, sent, fields, dependencies)
  checkAgent(agent.config, 'agent.')
  checkAllowed(agent.config.tools, 'agent.tools', dependencies)
  await checkEnvironment(owner, sent.environment, dependencies)
  return agent
}

/** A session with nothing in it yet. `id`: a new one when left out. */
export async function startSession(
  caller: SessionCaller,
  { environment: wish, review, metadata, spend_control: spend }: SessionCreation,
  agent: Agent,
  dependencies: AgentsDependencies,
  id = newId('asess')
): Promise<AgentSession> {
  const { agentSessions, threads, hosting } = dependencies
  agentSessions.checkRoom(caller.scope.owner)
  const prepared = await prepareEnvironment(caller.scope, wish, id, dependencies)
  try {
    const environment = prepared ? sessionEnvironmentOf(prepared.environment) : { type: 'none' as const }
    const place = prepared && hosting && threadPlaceOf(prepared.environment, hosting)
    const settings = await settingsFor(caller, agent.config, dependencies, { review: review ?? undefined, place })
    const spendLimit = spendingLimit(spend)
    if (spendLimit !== undefined) checkPrice(settings, caller.workspace, dependencies)
    const thread = await threads.start(caller.scope, settings, caller.signal)
    const made = { ...agent, environment, spendLimit, ...(review && { review }) }
    return agentSessions.create(thread, made, metadata ?? {}, id)
  } catch (error) {
    await prepared?.undo()
    throw error
  }
}

/** The settings of the thread of an agent. Throws for a model that is not there. */
export async function settingsFor(
  { workspace, named }: Pick<SessionCaller, 'workspace' | 'named'>,
  config: AgentConfig,
  { resolveModel, chooseEffort }: Pick<AgentsDependencies, 'resolveModel' | 'chooseEffort'>,
  wish: SessionWish
) {
  const model = await resolveModel(config.model, workspace)
  named?.(model.name)
  const { model: target, effort } = await settingsOfModel(model, chooseEffort, config.reasoning.effort ?? undefined)
  return threadSettingsFrom(config, { model: target, effort }, wish)
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

function checkInput({ environment, input, stream }: SessionCreation): void {
  if ((input ?? '').length > 0) return
  if (environment.type === 'none') throw invalid('Conversation-only sessions currently require initial input.', 'input')
  if (stream) throw invalid('A session whose creation is streamed takes initial input.', 'input')
}

/** Throws for what the API knows and this gateway does not offer. */
export function checkOffered(sent: Partial<Omit<SessionCreation, 'agent'>>): void {
  if (sent.vault_ids && sent.vault_ids.length > 0) throw unsupported('Vaults are not offered.', 'vault_ids')
  if (sent.prompt_cache_options) throw unsupported('Codex chooses how prompts are cached.', 'prompt_cache_options')
}
