import type { OfferedWorkspace, WorkspaceDirectory } from '../access/workspaces.ts'
import type { Principal } from '../access/principal.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

type Definition = WorkspaceRegistry['definitions'][number]

/**
 * The workspaces that callers may choose. A token that names some may use these alone, and also those that nothing defines, if
 * any are made (`managed`: what they have in common); one that names none may use all that are defined. A definition may
 * name those whom it is for.
 */
export function directoryOf(
  registry: Pick<WorkspaceRegistry, 'definitions' | 'stateOf'>,
  managed: Omit<OfferedWorkspace, 'id'> | undefined
): WorkspaceDirectory {
  const isFor = ({ principals }: Definition, { id }: Principal) => principals?.includes(id) !== false
  const find: WorkspaceDirectory['find'] = (id, principal) => {
    const { workspaces } = principal
    if (workspaces !== 'all' && !workspaces.includes(id)) return undefined
    const defined = registry.definitions.find((one) => one.id === id)
    if (defined) return isFor(defined, principal) ? defined : undefined
    return managed && workspaces !== 'all' ? { ...managed, id } : undefined
  }
  return {
    find,
    usableBy: (principal) =>
      principal.workspaces === 'all'
        ? registry.definitions.filter((one) => isFor(one, principal))
        : principal.workspaces.flatMap((id) => find(id, principal) ?? []),
    stateOf: (id) => registry.stateOf(id)
  }
}
