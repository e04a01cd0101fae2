import { workspaceFor, workspaceHeader } from '../../access/workspaces.ts'
import { forKey } from '../../access/workspaces.ts'
import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { GatewayMiddleware } from '../state.ts'

/**
 * Sets the workspace of a request, or throws that there is none for it. Comes after `admission`. Public operations have none:
 * their answers would tell anybody which workspaces there are.
 */
export function workspaceChoice(
  directory: WorkspaceDirectory,
  isPublic: (method: string, path: string) => boolean
): GatewayMiddleware {
  return (ctx, next) => {
    if (isPublic(ctx.request.method, ctx.request.path)) return next()
    const header = ctx.req.headers[workspaceHeader]
    const choice = { header: typeof header === 'string' ? header : undefined, path: ctx.state.workspaceInPath }
    ctx.state.workspace = forKey(ctx.state.principal, workspaceFor(choice, ctx.state.principal, directory))
    return next()
  }
}
