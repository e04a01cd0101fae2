import { z } from 'zod'
import { jsonFrom } from '../turn/json-text.ts'
import { shortTextOf } from '../turn/short-text.ts'
import { isPrincipalName } from './principal.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'

/** Whom the operator's verifier vouches for. `exp` is in Unix seconds. */
export interface VouchedClaims {
  name: string
  exp: number
  workspaces: readonly string[]
  scopes: readonly string[]
}

/** What the verifier says of a token; `unavailable`: it says nothing that can be relied upon. No secret is in `why`. */
export type VerifierAnswer =
  | { kind: 'valid'; claims: VouchedClaims }
  | { kind: 'invalid' }
  | { kind: 'unavailable'; why: string }

export interface VerifierOptions {
  url: string
  /** Sent in the header `x-codex-gateway-secret`. Read for each request, so that it can be rotated. Throws where it cannot be read. */
  secret: () => string
  /** Milliseconds until the end of the answer. */
  patience?: number | undefined
}

const maxBytes = 65_536
/** Seconds: no token is valid for longer, whatever the verifier says. */
const longestLife = 31_536_000
/** What it may open to a token. Executors and the usage of others are for tokens of the operator's own files alone. */
const grantable: readonly string[] = ['api', 'remote']

const answerSchema = z.union([
  z.object({ active: z.literal(false) }),
  z.object({
    active: z.literal(true).optional(),
    client: z.string().refine(isPrincipalName),
    workspaces: z.array(z.string().refine(isWorkspaceId)).max(1_000),
    scopes: z.array(z.string()).max(100),
    expires_in: z.number()
  })
])

/** Asks the verifier: `POST {"token"}`. Never rejects. */
export async function askVerifier(token: string, options: VerifierOptions): Promise<VerifierAnswer> {
  try {
    const response = await post(token, options)
    const { status } = response
    if (status === 200) return answerFrom(await shortTextOf(response, maxBytes))
    await response.body?.cancel()
    return [401, 403, 404].includes(status) ? { kind: 'invalid' } : unavailable(`it answered ${status}`)
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    return unavailable(isLate ? 'it did not answer in time' : 'it cannot be reached, or its secret not be read')
  }
}

function post(token: string, { url, secret, patience = 5_000 }: VerifierOptions): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-codex-gateway-secret': secret() },
    body: JSON.stringify({ token }),
    redirect: 'manual', // whoever it leads to must not get the token
    signal: AbortSignal.timeout(patience)
  })
}

function answerFrom(text: string | undefined): VerifierAnswer {
  if (text === undefined) return unavailable(`it answered more than ${maxBytes} bytes`)
  const { data } = answerSchema.safeParse(jsonFrom(text))
  if (!data) return unavailable('it answered 200 with something else than docs/tokens.md says')
  if (data.active === false || data.expires_in <= 0) return { kind: 'invalid' }
  const { client: name, workspaces, scopes, expires_in: seconds } = data
  return {
    kind: 'valid',
    claims: {
      name,
      exp: Date.now() / 1000 + Math.min(seconds, longestLife),
      workspaces: [...new Set(workspaces)],
      scopes: grantable.filter((scope) => scopes.includes(scope))
    }
  }
}

const unavailable = (why: string): VerifierAnswer => ({ kind: 'unavailable', why })
