import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../turn/error.ts'
import type { ErrorReason } from '../../turn/error.ts'
import { Attempts } from '../../access/attempts.ts'
import type { GatewayContext, GatewayMiddleware } from '../state.ts'
import type { Principal } from '../../access/principal.ts'
import type { Tokens } from '../../access/tokens.ts'

export interface AuthOptions {
  tokens: Tokens
  /** Routes that need no token. */
  isPublic?: (method: string, path: string) => boolean
  attempts?: Attempts
}

/** Lets in who has a valid token, and notes whose it is. Without tokens it lets everyone in. */
export function auth({ tokens, isPublic = () => false, attempts = new Attempts() }: AuthOptions): GatewayMiddleware {
  return (ctx, next) => {
    if (tokens.required && !isPublic(ctx.method, ctx.path)) ctx.state.principal = principalOf(ctx, tokens, attempts)
    return next()
  }
}

function principalOf(ctx: GatewayContext, tokens: Tokens, attempts: Attempts): Principal {
  const token = tokenFrom(ctx.req.headers)
  const principal = token === undefined ? undefined : tokens.principalOf(token)
  if (principal) return principal
  ctx.set('www-authenticate', 'Bearer')
  if (token === undefined)
    throw unauthenticated(
      'Incorrect API key provided: none. Send it as a Bearer token in the Authorization header.',
      'missing_credentials'
    )
  const { allowed, waitMs } = attempts.wrong(ctx.req.socket.remoteAddress ?? '')
  if (allowed) throw unauthenticated(`Incorrect API key provided: ${masked(token)}.`)
  throw new GatewayError('rate_limited', 'Too many wrong API keys came from this address.', {
    retryAfter: Math.ceil(waitMs / 1000)
  })
}

const unauthenticated = (message: string, reason?: ErrorReason) =>
  new GatewayError('unauthenticated', message, { reason })

/** From where OpenAI's clients send it, or Azure's and Anthropic's. */
function tokenFrom(headers: IncomingHttpHeaders): string | undefined {
  const found = /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'] ?? headers['api-key']
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** Enough to tell which key it was. */
function masked(token: string): string {
  const end = token.length < 12 ? '' : token.slice(-4).replace(/[^\w-]/g, '*')
  return `${token.startsWith('sk-') ? 'sk-' : ''}…${end}`
}
