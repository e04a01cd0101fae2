import type { Workspace } from '../../workspaces/workspace.ts'
import type { FilterContext } from './context.ts'

/** What the filter has to know of a workspace. */
export function contextOf({
  folder,
  remote,
  models,
  shared
}: Pick<Workspace, 'folder' | 'remote' | 'models' | 'shared'>): FilterContext {
  const { sandbox = 'read-only', approvals = ['on-request'] } = remote ?? {}
  const { environments } = shared ?? {}
  return { folder, sandbox, approvals, models, ...(environments && { environments: () => environments.list }) }
}
