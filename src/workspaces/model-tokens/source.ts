import { z } from 'zod'
import { jsonFrom } from '../../turn/json-text.ts'
import { shortTextOf } from '../../turn/short-text.ts'

/** A token for the model provider. */
export interface ModelTokenValue {
  token: string
  /** Seconds that it is valid, from when it was asked for; for ever, when left out. */
  expiresIn?: number | undefined
}

/** Gets a token that is valid now. Rejects with an `Error` for the log, in which no secret is. */
export type ModelTokenSource = () => Promise<ModelTokenValue>

export interface HttpSourceOptions {
  url: string
  /** Sent in the header `x-codex-gateway-secret`. Read for each request, so that it can be rotated. */
  secret: () => string
  /** Id of the workspace that the token is for. */
  workspace: string
  /** What to use where the service has no token for this workspace (404). */
  otherwise?: string | undefined
  /** Milliseconds. */
  patience?: number
}

/** Not more than a token may have. */
const maxBytes = 65_536

/** As a header can carry it; what is not would end in a configuration that codex refuses. */
const answerSchema = z.object({
  token: z.string().regex(/^[\x21-\x7e]{1,32768}$/),
  expires_in: z.number().positive().max(31_536_000).optional()
})

/** Asks a service of the operator's: `POST {"workspace"}`, which answers 200 with `{"token", "expires_in"}`. */
export function httpTokenSource({
  url,
  secret,
  workspace,
  otherwise,
  patience = 5_000
}: HttpSourceOptions): ModelTokenSource {
  return async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-codex-gateway-secret': secret() },
      body: JSON.stringify({ workspace }),
      redirect: 'error',
      signal: AbortSignal.timeout(patience)
    }).catch(() => {
      throw new Error('the service cannot be reached')
    })
    const body = await shortTextOf(response, maxBytes)
    if (body === undefined) throw new Error('the service answered too much')
    if (response.status === 404 && otherwise !== undefined) return { token: otherwise }
    if (response.status !== 200) throw new Error(`the service answered ${response.status}`)
    const answer = answerSchema.safeParse(jsonFrom(body))
    if (!answer.success) throw new Error('the service answered without a token')
    return { token: answer.data.token, expiresIn: answer.data.expires_in }
  }
}
