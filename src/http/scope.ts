import type { GatewayContext } from './state.ts'

/** Whose something stored is, and in which workspace. Anywhere else it is not found. */
export interface Scope {
  /** The id of a principal. */
  readonly owner: string
  readonly workspace: string
  /** The id of the key that it is asked for with, if that has one. It owns nothing, but what is used counts for it. */
  readonly key?: string | undefined
}

/** What a request can find, and where it stores. */
export function scopeOf({ state }: GatewayContext): Scope {
  const { id: owner, key } = state.principal
  const workspace = state.workspace.id
  return key ? { owner, workspace, key: key.id } : { owner, workspace }
}
