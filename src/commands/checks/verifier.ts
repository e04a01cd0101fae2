import { randomBytes } from 'node:crypto'
import { askVerifier } from '../../access/verifier-answer.ts'
import { readSecret } from '../../config/secret-file.ts'
import type { Config } from '../../config/config.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether the verifier of tokens answers, and refuses one that nobody has. Undefined where there is no verifier. */
export async function verifierFinding({
  CODEX_TOKEN_VERIFIER_URL: url,
  CODEX_TOKEN_VERIFIER_SECRET_FILE: file
}: Pick<Config, 'CODEX_TOKEN_VERIFIER_URL' | 'CODEX_TOKEN_VERIFIER_SECRET_FILE'>): Promise<Finding | undefined> {
  if (url === undefined || file === undefined) return undefined
  const { origin } = new URL(url)
  const madeUp = `doctor-${randomBytes(24).toString('hex')}`
  const answer = await askVerifier(madeUp, { url, secret: () => readSecret(file) })
  switch (answer.kind) {
    case 'invalid':
      return pass(`the verifier of tokens at ${origin} answers, and refuses a token that nobody has`)
    case 'valid':
      return fail(
        `the verifier of tokens at ${origin} accepts a token that nobody has: everybody is let in`,
        'Let it answer 401 for tokens that it does not know.'
      )
    case 'unavailable':
      return fail(
        `the verifier of tokens at ${origin}: ${answer.why}`,
        'See CODEX_TOKEN_VERIFIER_URL and CODEX_TOKEN_VERIFIER_SECRET_FILE; docs/tokens.md says what it answers.'
      )
  }
}
