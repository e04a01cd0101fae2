import { anonymous } from '../access/principal.ts'
import type { Principal } from '../access/principal.ts'

/** Whether a principal may see what others used: where there are no tokens, and where its scopes say so by name. */
export function seesAll({ id, scopes }: Principal): boolean {
  return id === anonymous.id || (scopes !== 'all' && (scopes.includes('usage:read') || scopes.includes('admin')))
}
