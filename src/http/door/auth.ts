import type { IncomingHttpHeaders } from 'node:http'
import type { Attempts } from '../../access/attempts.ts'
import { anonymous } from '../../access/principal.ts'
import type { Principal } from '../../access/principal.ts'
import type { Tokens } from '../../access/tokens.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ErrorReason } from '../../turn/error.ts'
import type { Refusal, RequestHead } from './verdict.ts'

/** Returns the principal whose token the request carries. Where no token is required everybody is `anonymous`. */
export function authCheck(
  tokens: Pick<Tokens, 'required' | 'principalOf'>,
  attempts: Attempts
): (head: Pick<RequestHead, 'headers' | 'socket'>) => Principal | Refusal {
  return ({ headers, socket }) => {
    if (!tokens.required) return anonymous
    const token = tokenFrom(headers)
    if (token === undefined) return missing()
    return tokens.principalOf(token) ?? wrong(token, attempts, socket.remoteAddress)
  }
}

const challenge = { 'www-authenticate': 'Bearer' }

const unauthenticated = (message: string, reason?: ErrorReason): Refusal => ({
  error: new GatewayError('unauthenticated', message, { reason }),
  headers: challenge
})

const whichKey = 'The API key is a token of the gateway: CODEX_GATEWAY_TOKEN in its .env, or a line of its token file.'

const missing = () =>
  unauthenticated(
    `Incorrect API key provided: none. Send it as a Bearer token in the Authorization header. ${whichKey}`,
    'missing_credentials'
  )

function wrong(token: string, attempts: Attempts, address = ''): Refusal {
  const { allowed, waitMs } = attempts.wrong(address)
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
