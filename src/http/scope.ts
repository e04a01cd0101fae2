import type { GatewayContext } from './state.ts'

/** Whose something stored is, and in which workspace. Anywhere else it is not found. */
export interface Scope {
  /** The id of a principal. */
  readonly owner: string
  readonly workspace: string
}

/** What a request can find, and where it stores. */
export function scopeOf({ state }: GatewayContext): Scope {
  return { owner: state.principal.id, workspace: state.workspace.id }
}
