import { apiRefusal } from '../../access/apis.ts'
import { Attempts } from '../../access/attempts.ts'
import { anonymous } from '../../access/principal.ts'
import { shuttingDown } from '../../turn/error.ts'
import type { Identity } from '../../access/authenticator.ts'
import { authCheck, tokenCheck } from './auth.ts'
import type { AuthOptions, Entrant, Scope } from './auth.ts'
import { originCheck } from './origin.ts'
import type { OriginOptions } from './origin.ts'
import { queryRefusal } from './query.ts'
import { quotaCheck } from './quota.ts'
import type { TakeRequest } from './quota.ts'
import { shapeRefusal } from './shape.ts'
import { isRefusal } from './verdict.ts'
import type { Admitted, OperationTest, Refusal, RequestHead } from './verdict.ts'

export interface CheckOptions extends OriginOptions, Pick<AuthOptions, 'authenticator' | 'login' | 'isForRemote'> {
  /** Requests per minute of each principal that has no limit of its own; 0: no limit. */
  requestsPerMinute: number
  /** Counts requests where several gateways do together. */
  takeRequest?: TakeRequest | undefined
  /** Operations that need no token and count towards no limit. */
  isPublic: OperationTest
  /** Operations that are answered while the gateway stops. */
  isAnsweredWhileStopping: OperationTest
  isStopping: () => boolean
  attempts?: Attempts | undefined
}

/** The checks of a request's head. They know neither Koa nor a socket: `koa.ts` and `upgrade.ts` are their adapters. */
export interface Checks {
  /** Is it one that every parser reads alike, and no web page's that may not call? Its refusals may be given to anybody. */
  readonly screen: (head: RequestHead) => Refusal | undefined
  /** Who sent it, and may it be served now? For a request that passed `screen`; counts towards its principal's limit. */
  readonly admit: (head: RequestHead, path: string) => Verdict | Promise<Verdict>
  /** Whose connection is it to become? Only with a token that opens this scope; counts towards its principal's limit, too. */
  readonly open: (head: Pick<RequestHead, 'headers' | 'socket'>, scope: Scope) => Promise<Identity | Refusal>
}

type Verdict = Admitted | Refusal

export function checksOf({
  requestsPerMinute,
  takeRequest,
  attempts = new Attempts(),
  ...options
}: CheckOptions): Checks {
  const { isPublic, isAnsweredWhileStopping, isStopping } = options
  const fromPage = originCheck(options)
  const authenticate = authCheck({ ...options, attempts })
  const identify = tokenCheck({ ...options, attempts })
  const count = quotaCheck(requestsPerMinute, takeRequest)

  const counted = (caller: Entrant | Refusal, path: string): Verdict | Promise<Verdict> => {
    if (isRefusal(caller)) return caller
    const { principal, isStillValid } = caller
    const error = principal.key && apiRefusal(principal, path)
    if (error) return { error }
    const whole = (verdict: Verdict) =>
      isRefusal(verdict) ? verdict : { principal, headers: verdict.headers, isStillValid }
    const verdict = count(principal)
    return verdict instanceof Promise ? verdict.then(whole) : whole(verdict)
  }

  function admitWhileServing(head: RequestHead, path: string): Verdict | Promise<Verdict> {
    if (isPublic(head.method ?? '', path)) return { principal: anonymous, headers: {} }
    const caller = authenticate(head, path)
    return caller instanceof Promise ? caller.then((found) => counted(found, path)) : counted(caller, path)
  }

  return {
    screen: (head) => shapeRefusal(head) ?? queryRefusal(head) ?? fromPage(head),
    admit(head, path) {
      if (!isStopping()) return admitWhileServing(head, path)
      const closing = (verdict: Verdict) => ({ ...verdict, headers: { ...verdict.headers, connection: 'close' } })
      if (!isAnsweredWhileStopping(head.method ?? '', path)) return closing({ error: shuttingDown() })
      const verdict = admitWhileServing(head, path)
      return verdict instanceof Promise ? verdict.then(closing) : closing(verdict)
    },
    async open(head, scope) {
      const identity = await identify(head, scope)
      if (isRefusal(identity)) return identity
      const error = identity.principal.key && apiRefusal(identity.principal, `/${scope}`)
      if (error) return { error }
      const verdict = await count(identity.principal)
      return isRefusal(verdict) ? verdict : identity
    }
  }
}
