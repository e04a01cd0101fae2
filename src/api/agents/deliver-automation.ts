import type { Principal } from '../../access/principal.ts'
import { forKey } from '../../access/workspaces.ts'
import type { AgentSession } from '../../agents/agent-session.ts'
import type { Target } from '../../agents/automations/automation.ts'
import type { Delivery } from '../../agents/automations/queue.ts'
import type { Message } from '../../agents/message.ts'
import { parsed } from '../../openai/invalid.ts'
import { GatewayError } from '../../turn/error.ts'
import { checkedAgent, discard, startSession } from './create-session.ts'
import type { SessionCaller } from './create-session.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { fieldsOf } from './fields-of.ts'
import { sessionCreation } from './session-schema.ts'

/** Milliseconds that one delivery may take. */
const patience = 120_000

/** Whether what this principal asked for may still be done. */
export type MayAct = (principal: Pick<Principal, 'id' | 'key'>) => boolean

/** Gives invocations of automations to sessions: each is known there by its id, and given once. */
export function deliveryTo(dependencies: AgentsDependencies, mayAct: MayAct): (delivery: Delivery) => Promise<void> {
  const { agentSessions, directory, inputs, readImage } = dependencies
  return async (delivery) => {
    const { invocation, automation } = delivery
    const { target } = automation
    const principal = principalOf(delivery, mayAct)
    const caller = callerOf(delivery, principal, dependencies)
    const session = await sessionOf(delivery, caller, dependencies)
    if (directory.find(session.session.record.workspace, principal) === undefined) throw isGone()
    if (target.type === 'existing_session') agentSessions.checkSize(session)
    const sender = { readImage, signal: caller.signal, reserve: () => {}, key: caller.scope.key }
    const repetition = { key: invocation.id, body: invocation.id, onlyIdle: target.type === 'existing_session' }
    try {
      await inputs.take(session, [{ type: 'messages', messages: messagesOf(target) }], sender, repetition)
    } catch (error) {
      if (target.type === 'new_session') await discard(session, dependencies) // nobody knows its id
      throw error
    }
  }
}

/** Who made the automation. */
function principalOf({ automation: { owner, caller } }: Delivery, mayAct: MayAct): Principal {
  const principal: Principal = { ...(caller as Principal), id: owner }
  if (mayAct(principal)) return principal
  throw new GatewayError('forbidden', 'The token that made this automation is not valid any more.')
}

/** The same with what it may do now. */
function callerOf(
  { automation }: Delivery,
  principal: Principal,
  { directory }: Pick<AgentsDependencies, 'directory'>
): SessionCaller {
  const { owner, workspace: id } = automation
  const workspace = directory.find(id, principal)
  if (workspace === undefined) throw isGone()
  const { key } = principal
  return {
    scope: { owner, workspace: id, ...(key && { key: key.id }) },
    workspace: forKey(principal, workspace),
    signal: AbortSignal.timeout(patience)
  }
}

const isGone = () => new GatewayError('workspace_not_found', 'The workspace of this automation is gone.')

async function sessionOf(
  { automation, invocation }: Delivery,
  caller: SessionCaller,
  dependencies: AgentsDependencies
): Promise<AgentSession> {
  const { target } = automation
  const found = foundSession(automation.owner, invocation.session, dependencies)
  if (found) return found
  if (target.type === 'existing_session') throw new GatewayError('not_found', 'The session was deleted.')
  const { request, metadata } = target
  const sent = parsed(sessionCreation, { ...request, metadata })
  const agent = await checkedAgent(automation.owner, sent, fieldsOf(request), dependencies)
  return startSession(caller, sent, agent, dependencies, invocation.session)
}

/** Undefined where it is not there. Throws `thread_busy` where another gateway has it, which may be asked next time. */
function foundSession(
  owner: string,
  id: string,
  { agentSessions }: Pick<AgentsDependencies, 'agentSessions'>
): AgentSession | undefined {
  try {
    return agentSessions.find(owner, id)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    if (error.code === 'not_found') return undefined
    throw error.code === 'conflict' ? new GatewayError('thread_busy', error.message, { cause: error }) : error
  }
}

function messagesOf(target: Target): readonly Message[] {
  if (target.type === 'new_session') return target.messages
  return [{ content: [{ type: 'input_text', text: target.instructions }] }]
}
