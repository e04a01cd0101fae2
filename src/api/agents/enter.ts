import type { AgentSession } from '../../agents/agent-session.ts'
import { notFound } from '../../agents/resources.ts'
import { forKey, workspaceHeader } from '../../access/workspaces.ts'
import type { ApiContext } from '../../http/api.ts'
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

/** Keeps a session in memory until a request is over, whose body may come slowly: another request must not find a second one of it. */
export function use({ res }: ApiContext, { session }: AgentSession): void {
  if (res.closed) return // its client has left already
  session.uses += 1
  res.once('close', () => (session.uses -= 1))
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
  use(ctx, session)
  return session
}
