import { forKey, workspaceFor, workspaceHeader } from '../../access/workspaces.ts'
import type { OfferedWorkspace } from '../../access/workspaces.ts'
import type { ApiContext } from '../../http/api.ts'
import { modelNames } from '../../models/names.ts'
import { noSuchSession } from '../../sessions/no-such-session.ts'
import type { Session } from '../../sessions/session.ts'
import { useSession } from '../session-use.ts'
import type { SessionsDependencies } from './dependencies.ts'

type Needs = Pick<SessionsDependencies, 'sessions' | 'places' | 'directory' | 'settings' | 'catalog'>

/** The session that the path names. Its workspace is the request's from here on. Throws `not_found` where it is not the caller's, or not there. */
export async function enterSession(ctx: ApiContext, needs: Needs): Promise<Session> {
  const { principal, workspaceInPath } = ctx.state
  const session = needs.sessions.find(principal.id, ctx.params['id'] ?? '')
  const { workspace } = session.record
  const named = workspaceInPath ?? ctx.req.headers[workspaceHeader]
  const offered = needs.directory.find(workspace, principal)
  if (offered === undefined || (named !== undefined && named !== workspace)) throw noSuchSession()
  useSession(ctx, session)
  await enterWorkspace(ctx, offered, needs)
  return session
}

/** The workspace that a body names, or else the request's. Throws `workspace_not_found`. */
export async function enterNamed(ctx: ApiContext, id: string | undefined, needs: Needs): Promise<void> {
  const { principal, workspaceInPath: path, workspace } = ctx.state
  await enterWorkspace(
    ctx,
    id === undefined ? workspace : workspaceFor({ header: id, path }, principal, needs.directory),
    needs
  )
}

async function enterWorkspace(
  ctx: ApiContext,
  workspace: OfferedWorkspace,
  { places, settings, catalog }: Needs
): Promise<void> {
  ctx.state.workspace = forKey(ctx.state.principal, workspace)
  const model = workspace.model ?? settings.model ?? null
  const names = await modelNames(settings, catalog, workspace)
  places.set(workspace.id, {
    models: names.map((id) => ({ id, model: id, displayName: id, isDefault: id === model })),
    model,
    approvalPolicy: workspace.approvalPolicy ?? 'never',
    canAsk: workspace.asks ?? false
  })
}
