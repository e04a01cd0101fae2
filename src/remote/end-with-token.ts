import type { Authenticator, Identity } from '../access/authenticator.ts'
import { watchValidity } from '../http/token-life.ts'
import type { Client } from './client.ts'

/** Milliseconds before its token expires that a client is warned. */
const notice = 600_000

/** Closes a client's connection when its token is no longer valid: it has expired, or was revoked or removed. To be disposed of. */
export function endWithToken(
  client: Pick<Client, 'close' | 'warn'>,
  identity: Pick<Identity, 'proof' | 'again'>,
  authenticator: Pick<Authenticator, 'isStillValid'>
): Disposable {
  const { proof, again } = identity
  let isTold = again !== undefined // it may be vouched for again
  return watchValidity(
    () => {
      if (!isTold && proof.kind !== 'token' && proof.claims.exp * 1000 - Date.now() < notice) {
        const at = new Date(proof.claims.exp * 1000).toISOString()
        isTold = client.warn(
          `The token of this connection expires at ${at}. Connect again with a new one before; turns go on.`
        )
      }
      return authenticator.isStillValid(identity)
    },
    () =>
      client.close('policy', 'The token of this connection has expired or was revoked. Connect again with a new one.')
  )
}
