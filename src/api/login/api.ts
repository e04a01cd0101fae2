import { z } from 'zod'
import type { Attempts } from '../../access/attempts.ts'
import type { Authenticator } from '../../access/authenticator.ts'
import type { Api, ApiContext } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { wrong } from '../../http/door/auth.ts'
import { cookieFrom, setCookie } from '../../http/door/cookie.ts'
import { GatewayError } from '../../turn/error.ts'
import { appServerErrors } from '../app-server-errors.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import type { StoredLogins } from './stored-logins.ts'

export interface LoginDependencies {
  authenticator: Authenticator
  attempts: Attempts
  logins: StoredLogins
  readBody: ReadBody
}

const loginRequest = z.object({ token: z.string().min(1).max(16_384).meta({ description: 'An API key, or a JWT.' }) })
const login = z.object({
  ok: z.literal(true),
  required: z.boolean().meta({ description: 'False where everybody is let in without a token.' }),
  principal: z.string().nullable().meta({ description: 'Who is logged in.' }),
  expiresAt: z.number().nullable().meta({ description: 'Unix milliseconds.' })
})

const maxBytes = 32_768

const shared = { path: '/login', isPublic: true } as const

/** Browsers exchange a token for a cookie: an `EventSource` sends no header, and no token belongs into a URL. */
export function loginApi(dependencies: LoginDependencies): Api {
  const { authenticator, logins } = dependencies
  return {
    dialect: appServerErrors,
    operations: [
      {
        ...shared,
        method: 'get',
        summary: 'Who is logged in by the cookie of the request, and whether anybody has to be.',
        answer: login,
        async handle(ctx) {
          const cookie = cookieFrom(ctx.req.headers)
          const found = cookie === undefined ? undefined : await logins.find(cookie)
          ctx.body = answerFrom(authenticator.required, found)
        }
      },
      {
        ...shared,
        method: 'post',
        summary: 'Exchange a token for a cookie that is valid for twelve hours at most.',
        body: loginRequest,
        answer: login,
        failures: [401, 429, 503],
        exposes: [ignoredHeader],
        handle: (ctx) => logIn(ctx, dependencies)
      },
      {
        ...shared,
        method: 'delete',
        summary: 'Log out.',
        answer: z.object({ ok: z.literal(true) }),
        handle(ctx) {
          const cookie = cookieFrom(ctx.req.headers)
          if (cookie !== undefined) logins.end(cookie)
          ctx.set('set-cookie', setCookie('', 0, isSecure(ctx)))
          ctx.body = { ok: true }
        }
      }
    ]
  }
}

async function logIn(ctx: ApiContext, { authenticator, attempts, logins, readBody }: LoginDependencies): Promise<void> {
  checkLength(ctx)
  const { token } = await readRequest(ctx, readBody, loginRequest)
  if (!authenticator.required) {
    ctx.body = answerFrom(false, undefined)
    return
  }
  const identity = await authenticator.identify(token, ctx.req.socket.remoteAddress)
  if (identity === undefined) throw (await wrong(token, attempts, ctx.req.socket.remoteAddress)).error
  const { cookie, expiresAt } = await logins.begin(identity)
  ctx.set('set-cookie', setCookie(cookie, Math.floor((expiresAt - Date.now()) / 1000), isSecure(ctx)))
  ctx.body = answerFrom(true, { principal: identity.principal, expiresAt })
}

/** Nobody has proved who he is yet, so nobody may send much. */
function checkLength({ req: { headers } }: ApiContext): void {
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= maxBytes) return
  throw new GatewayError('too_large', `The body of a login may have ${maxBytes} bytes, as its Content-Length says.`)
}

function answerFrom(
  required: boolean,
  found: { principal: { name: string }; expiresAt: number } | undefined
): z.output<typeof login> {
  return { ok: true, required, principal: found?.principal.name ?? null, expiresAt: found?.expiresAt ?? null }
}

/** The browser knows whether its connection is secret, and a proxy that ends TLS; a false word does nobody harm but its sender. */
function isSecure({ req: { headers } }: ApiContext): boolean {
  return headers.origin?.startsWith('https://') === true || headers['x-forwarded-proto'] === 'https'
}
