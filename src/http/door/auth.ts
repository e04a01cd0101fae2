import type { IncomingHttpHeaders } from 'node:http'
import type { Attempts } from '../../access/attempts.ts'
import type { Allowance } from '../../access/rate.ts'
import { anonymous } from '../../access/principal.ts'
import type { Principal } from '../../access/principal.ts'
import type { Authenticator, EndedKey, Identity } from '../../access/authenticator.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ErrorReason } from '../../turn/error.ts'
import { cookieFrom } from './cookie.ts'
import { isOwnOrigin } from './origin.ts'
import type { OperationTest, Refusal, RequestHead, StillValid } from './verdict.ts'

export interface AuthOptions {
  authenticator: Pick<Authenticator, 'required' | 'identify'> & Partial<Pick<Authenticator, 'endOf' | 'isStillValid'>>
  /** Whose cookie a request carries; undefined where it is none of a login that is valid. */
  login?: ((cookie: string) => Promise<Principal | undefined>) | undefined
  attempts: Attempts
  /** Operations that the scope `remote` opens, too; none when left out. */
  isForRemote?: OperationTest | undefined
}

/** Who calls, and whether it still may. */
export interface Entrant {
  readonly principal: Principal
  readonly isStillValid?: StillValid | undefined
}

type Caller = Entrant | Refusal

/** What a token opens, by the name of a scope. */
export type Scope = 'api' | 'remote' | 'executor'

/**
 * Returns whom a token is for that names this scope, or none at all. For connections that live on, and so must know when their
 * token ends; there is no cookie, and nobody comes in without a token.
 */
export function tokenCheck({
  authenticator,
  attempts
}: Pick<AuthOptions, 'attempts'> & { authenticator: Pick<Authenticator, 'identify'> }): (
  head: Pick<RequestHead, 'headers' | 'socket'>,
  scope: Scope
) => Promise<Identity | Refusal> {
  return async ({ headers, socket }, scope) => {
    const token = tokenFrom(headers)
    if (token === undefined) return missing()
    const identity = await authenticator.identify(token, socket.remoteAddress)
    if (identity === undefined) return wrong(token, attempts, socket.remoteAddress)
    return mayUse(identity.principal, scope) ? identity : outOfScope(scope)
  }
}

/** Returns the principal whose token, or else whose cookie, the request carries. Where no token is required everybody is `anonymous`. */
export function authCheck({
  authenticator,
  login,
  attempts,
  isForRemote = () => false
}: AuthOptions): (head: Pick<RequestHead, 'headers' | 'socket' | 'method'>, path: string) => Caller | Promise<Caller> {
  return (head, path) => {
    if (!authenticator.required) return { principal: anonymous }
    const { headers, socket, method = '' } = head
    const mayCall = (principal: Principal) =>
      mayUse(principal, 'api') || (mayUse(principal, 'remote') && isForRemote(method, path))
    const token = tokenFrom(headers)
    if (token !== undefined)
      return identified(authenticator.identify(token, socket.remoteAddress), {
        otherwise: () => {
          const how = authenticator.endOf?.(token)
          return how ? ended(how) : wrong(token, attempts, socket.remoteAddress)
        },
        isStillValid: (identity) => authenticator.isStillValid?.(identity) ?? true,
        mayCall
      })
    const cookie = cookieFrom(headers)
    return login && cookie !== undefined ? byCookie(head, { find: () => login(cookie), mayCall }) : missing()
  }
}

/** At once for a plain token: most requests have one. */
function identified(
  identity: Identity | undefined | Promise<Identity | undefined>,
  then: {
    otherwise: () => Refusal | Promise<Refusal>
    isStillValid: (identity: Identity) => boolean | Promise<boolean>
    mayCall: (principal: Principal) => boolean
  }
): Caller | Promise<Caller> {
  if (identity instanceof Promise) return identity.then((found) => identified(found, then))
  if (identity === undefined) return then.otherwise()
  const { principal } = identity
  return then.mayCall(principal) ? { principal, isStillValid: () => then.isStillValid(identity) } : outOfScope()
}

/** A browser sends the cookie by itself, so what it asks for must come from a page of this gateway's. */
async function byCookie(
  { method = 'GET', headers }: Pick<RequestHead, 'headers' | 'method'>,
  { find, mayCall }: { find: () => Promise<Principal | undefined>; mayCall: (principal: Principal) => boolean }
): Promise<Caller> {
  const reads = method === 'GET' || method === 'HEAD'
  if (!reads && !isOwnOrigin(headers)) return foreign()
  const principal = await find()
  if (principal === undefined) return expired()
  return mayCall(principal) ? { principal, isStillValid: async () => (await find()) !== undefined } : outOfScope()
}

const mayUse = ({ scopes }: Principal, scope: Scope) => scopes === 'all' || scopes.includes(scope)

const challenge = { 'www-authenticate': 'Bearer' }

const unauthenticated = (message: string, reason?: ErrorReason): Refusal => ({
  error: new GatewayError('unauthenticated', message, { reason }),
  headers: challenge
})

const whichKey = 'The API key is a token of the gateway: CODEX_GATEWAY_TOKEN in its .env, or a line of its token file.'

const opens: Readonly<Record<Scope, string>> = {
  api: 'call the APIs',
  remote: 'open a remote TUI',
  executor: 'run commands for a workspace'
}

const outOfScope = (scope: Scope = 'api'): Refusal => ({
  error: new GatewayError('forbidden', `This token may not ${opens[scope]}: its scope does not name '${scope}'.`, {
    reason: 'insufficient_scope'
  })
})

const foreign = (): Refusal => ({
  error: new GatewayError('forbidden', 'A request with the cookie of a login must come from a page of this gateway.', {
    reason: 'unknown_origin'
  })
})

const expired = () =>
  unauthenticated('The login is over. Log in again: POST /login with the API key.', 'missing_credentials')

const ended = (how: EndedKey) =>
  unauthenticated(
    how === 'expired'
      ? 'This API key has expired. The operator can rotate it: codex-gateway key rotate.'
      : 'This API key was revoked. The operator can create another: codex-gateway key create.'
  )

const missing = () =>
  unauthenticated(
    `Incorrect API key provided: none. Send it as a Bearer token in the Authorization header. ${whichKey}`,
    'missing_credentials'
  )

/** At once where no other gateway counts, too. */
export function wrong(token: string, attempts: Attempts, address = ''): Refusal | Promise<Refusal> {
  const allowance = attempts.wrong(address)
  return allowance instanceof Promise
    ? allowance.then((found) => wrongRefusal(token, found))
    : wrongRefusal(token, allowance)
}

function wrongRefusal(token: string, { allowed, waitMs }: Allowance): Refusal {
  if (allowed) return unauthenticated(`Incorrect API key provided: ${masked(token)}. ${whichKey}`)
  const retryAfter = Math.ceil(waitMs / 1000)
  return {
    error: new GatewayError('rate_limited', 'Too many wrong API keys came from this address.', { retryAfter }),
    headers: challenge
  }
}

/** From where OpenAI's clients send it, or Azure's and Anthropic's. */
function tokenFrom(headers: IncomingHttpHeaders): string | undefined {
  const found = /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'] ?? headers['api-key']
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** Enough to recognize the key. */
function masked(token: string): string {
  const end = token.length < 12 ? '' : token.slice(-4).replace(/[^\w-]/g, '*')
  return `${token.startsWith('sk-') ? 'sk-' : ''}…${end}`
}
