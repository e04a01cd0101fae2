import type { Target } from '../../agents/automations/automation.ts'
import type { ApiContext } from '../../http/api.ts'
import { GatewayError } from '../../turn/error.ts'
import type { SentTarget } from './automation-schema.ts'
import { callerOf, checkedAgent, settingsFor } from './create-session.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { checkTextSize } from '../thread-messages.ts'
import { checkOpen } from './enter.ts'
import { messagesFrom } from './messages.ts'

/** What an automation is to do, checked as when it is done. `fields`: what was sent of its agent. Its images are fetched now. */
export async function targetFrom(
  ctx: ApiContext,
  sent: SentTarget,
  fields: ReadonlySet<string>,
  dependencies: AgentsDependencies
): Promise<Target> {
  const { id: owner } = ctx.state.principal
  if (sent.type === 'existing_session') {
    const { session } = dependencies.agentSessions.find(owner, sent.session_id)
    checkOpen(ctx, session.record.workspace, dependencies)
    checkTextSize(sent.instructions, dependencies.maxPromptChars, 'target.instructions')
    return sent
  }
  const { type, environment, agent_id, metadata, input } = sent
  const { config } = await inTarget(async () => {
    const checked = await checkedAgent(owner, sent, fields, dependencies)
    await settingsFor(callerOf(ctx), checked.config, dependencies, {})
    return checked
  })
  const messages = await messagesFrom(ctx, input, 'target.input', dependencies)
  const agent = Object.fromEntries(Object.entries(sent.agent ?? {}).filter(([name]) => fields.has(name)))
  return {
    type,
    request: { environment, agent_id, agent },
    config: fields.size > 0 ? config : null,
    messages: messages.map(({ content }) => ({ content: [...content] })),
    metadata: metadata ?? {}
  }
}

/** What fails names its place in a session; here that is in the target. */
async function inTarget<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof GatewayError) || error.param === undefined) throw error
    const { code, message, param, reason, retryAfter } = error
    throw new GatewayError(code, message, { param: `target.${param}`, reason, retryAfter, cause: error })
  }
}
