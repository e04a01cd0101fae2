import { randomBytes } from 'node:crypto'

/** A new token: 192 random bits, in letters that need no quoting anywhere. */
export function newToken(): string {
  return `cgw_${randomBytes(24).toString('base64url')}`
}
