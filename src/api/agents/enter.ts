import type { AgentSession } from '../../agents/agent-session.ts'
import { notFound } from '../../agents/resources.ts'
import { forKey, workspaceHeader } from '../../access/workspaces.ts'
import type { ApiContext } from '../../http/api.ts'
import { useSession } from '../session-use.ts'
import type { AgentsDependencies } from './dependencies.ts'

/** The ids of the workspaces that a caller may use: what belongs to another is not there for it. */
export const openTo = ({ state }: ApiContext, { directory }: Pick<AgentsDependencies, 'directory'>): string[] =>
  directory.usableBy(state.principal).map(({ id }) => id)

/** Throws `not_found` where something belongs to a workspace that the caller may not use. */
export function checkOpen(
  { state }: ApiContext,
  workspace: string,
  { directory }: Pick<AgentsDependencies, 'directory'>
): void {
  if (directory.find(workspace, state.principal) === undefined) throw notFound()
}

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
  useSession(ctx, session.session)
  return session
}
