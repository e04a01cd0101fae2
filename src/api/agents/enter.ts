import type { AgentSession } from '../../agents/agent-session.ts'
import { notFound } from '../../agents/resources.ts'
import { forKey, workspaceHeader } from '../../access/workspaces.ts'
import type { ApiContext } from '../../http/api.ts'
import type { AgentsDependencies } from './dependencies.ts'

/** The session that the path names. Its workspace is the request's from here on. Throws `not_found`. */
export function enterSession(
  ctx: ApiContext,
  { agentSessions, directory }: Pick<AgentsDependencies, 'agentSessions' | 'directory'>
): AgentSession {
  const { principal, workspaceInPath } = ctx.state
  const session = agentSessions.find(principal.id, ctx.params['id'] ?? '')
  const { workspace } = session.session.record
  const named = workspaceInPath ?? ctx.req.headers[workspaceHeader]
  const offered = directory.find(workspace, principal)
  if (offered === undefined || (named !== undefined && named !== workspace)) throw notFound()
  ctx.state.workspace = forKey(principal, offered)
  return session
}
