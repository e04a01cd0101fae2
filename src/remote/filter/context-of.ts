import type { Workspace } from '../../workspaces/workspace.ts'
import type { FilterContext } from './context.ts'

/** What the filter has to know of a workspace. */
export function contextOf({ folder, remote, models }: Pick<Workspace, 'folder' | 'remote' | 'models'>): FilterContext {
  const { sandbox = 'read-only', approvals = ['on-request'] } = remote ?? {}
  return { folder, sandbox, approvals, models }
}
