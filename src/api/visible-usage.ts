import { anonymous } from '../access/principal.ts'
import type { Principal } from '../access/principal.ts'
import { GatewayError } from '../turn/error.ts'

/** Whether a principal may see what others used: where there are no tokens, and where its scopes say so by name. */
export function seesAll({ id, scopes }: Principal): boolean {
  return id === anonymous.id || (scopes !== 'all' && (scopes.includes('usage:read') || scopes.includes('admin')))
}

/** Throws where a principal may not see what others used. */
export function checkSeesAll(principal: Principal): void {
  if (seesAll(principal)) return
  throw new GatewayError('forbidden', "The usage of everybody is for keys with the scope 'usage:read' or 'admin'.", {
    reason: 'insufficient_scope'
  })
}
