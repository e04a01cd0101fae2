import type { OfferedWorkspace, WorkspaceDirectory } from '../access/workspaces.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/**
 * The workspaces that callers may choose. A token that names some may use these alone, and also those that nothing defines, if
 * any are made (`managed`: what they have in common); one that names none may use all that are defined. A definition may
 * name those whom it is for.
 */
export function directoryOf(
  registry: Pick<WorkspaceRegistry, 'definitions' | 'stateOf'>,
  managed: Omit<OfferedWorkspace, 'id'> | undefined
): WorkspaceDirectory {
  const find: WorkspaceDirectory['find'] = (id, { id: principal, workspaces }) => {
    if (workspaces !== 'all' && !workspaces.includes(id)) return undefined
    const defined = registry.definitions.find((one) => one.id === id)
    if (defined) return defined.principals?.includes(principal) === false ? undefined : defined
    return managed && workspaces !== 'all' ? { ...managed, id } : undefined
  }
  return {
    find,
    usableBy: (principal) =>
      (principal.workspaces === 'all' ? registry.definitions.map(({ id }) => id) : principal.workspaces).flatMap(
        (id) => find(id, principal) ?? []
      ),
    stateOf: (id) => registry.stateOf(id)
  }
}
