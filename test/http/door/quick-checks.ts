import { namedPrincipal } from '../../../src/access/principal.ts'
import type { Principal } from '../../../src/access/principal.ts'
import type { EndedKey, Identity } from '../../../src/access/authenticator.ts'
import { checksOf } from '../../../src/http/door/checks.ts'
import type { CheckOptions, Checks } from '../../../src/http/door/checks.ts'
import type { RequestHead } from '../../../src/http/door/verdict.ts'

const key = { id: 'key_1', name: 'chat', models: undefined, apis: ['chat'], expiresAt: undefined }
const principals: Readonly<Record<string, Principal>> = {
  whole: namedPrincipal('whole', {}),
  caller: namedPrincipal('caller', { scopes: ['api'] }),
  distant: namedPrincipal('distant', { scopes: ['remote'] }),
  chatting: { ...namedPrincipal('chatting', {}), key },
  slow: { ...namedPrincipal('slow', {}), limits: { requestsPerMinute: 1 } }
}

/** Whom a token is for: that of its name. */
export const identityOf = (token: string): Identity | undefined => {
  const principal = principals[token]
  return principal && { principal, proof: { kind: 'token', digest: token } }
}

/** The checks of a gateway that listens on 127.0.0.1 and knows a token for each of the principals. */
export function checks({ isLater = false, ...options }: Partial<CheckOptions> & { isLater?: boolean } = {}): Checks {
  return checksOf({
    host: '127.0.0.1',
    requestsPerMinute: 0,
    isPublic: (_, path) => path === '/healthz',
    isAnsweredWhileStopping: (_, path) => path === '/healthz' || path === '/turns',
    isStopping: () => false,
    isForRemote: (_, path) => path === '/models',
    authenticator: {
      required: true,
      identify: (token) => (isLater ? Promise.resolve(identityOf(token)) : identityOf(token)),
      endOf: (token) => (['expired', 'revoked'] as EndedKey[]).find((how) => how === token),
      isStillValid: async ({ proof }) => proof.kind === 'token' && proof.digest !== 'slow'
    },
    ...options
  })
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
/** A request for the models that passes `screen`, but for what is given. */
export const head = (headers: Record<string, string> = {}, others: Partial<RequestHead> = {}): RequestHead => ({
  method: 'GET',
  url: '/models',
  httpVersion: '1.1',
  headers: { host: 'localhost', ...headers },
  rawHeaders: [],
  socket: { remoteAddress: '127.0.0.1' },
  ...others
})
