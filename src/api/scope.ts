import type { GatewayContext } from '../http/state.ts'
import type { Scope } from '../threads/thread-store.ts'

/** Whose threads a request means, and in which workspace. */
export function scopeOf({ state }: GatewayContext): Scope {
  return { owner: state.principal.id, workspace: state.workspace.id }
}
