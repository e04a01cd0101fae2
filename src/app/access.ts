import { Attempts } from '../access/attempts.ts'
import type { TakeAttempt } from '../access/attempts.ts'
import { ApiKeys } from '../access/api-keys.ts'
import { Authenticator } from '../access/authenticator.ts'
import { JwtVerifier } from '../access/jwt.ts'
import type { JwtKind } from '../access/jwt.ts'
import { RemoteVerifier } from '../access/remote-verifier.ts'
import type { Tokens } from '../access/tokens.ts'
import { loginKind, StoredLogins } from '../api/login/stored-logins.ts'
import type { LoginDependencies } from '../api/login/api.ts'
import type { Config } from '../config/config.ts'
import { readSecret } from '../config/secret-file.ts'
import type { Store } from '../store/store.ts'

/** The kinds of JWTs that are valid with these settings. */
export function jwtKindsOf({ CODEX_JWT_SECRET_FILE: file, CODEX_JWT_AUDIENCE: audience }: Config): JwtKind[] {
  if (file === undefined) return []
  const secrets = file.secrets.map((secret) => new TextEncoder().encode(secret))
  return [{ types: ['jwt', undefined], secrets, audience }]
}

/** The verifier of JWTs; undefined where there are none. */
export function jwtsFor(config: Config): JwtVerifier | undefined {
  const kinds = jwtKindsOf(config)
  return kinds.length > 0 ? new JwtVerifier(kinds, config.CODEX_REVOKED_FILE?.ids) : undefined
}

/** Who is asked for tokens that the gateway does not know; undefined where nobody is. */
function remoteVerifierFor({
  CODEX_TOKEN_VERIFIER_URL: url,
  CODEX_TOKEN_VERIFIER_SECRET_FILE: file
}: Config): RemoteVerifier | undefined {
  return url === undefined || file === undefined
    ? undefined
    : new RemoteVerifier({ url, secret: () => readSecret(file) })
}

/** Who is let in, and where it is stored who has logged in. */
export function accessFor(
  tokens: Tokens,
  jwts: JwtVerifier | undefined,
  store: Store,
  config: Config,
  takeAttempt?: TakeAttempt
): Omit<LoginDependencies, 'readBody'> {
  const authenticator = new Authenticator(tokens, jwts, new ApiKeys(store), remoteVerifierFor(config))
  const logins = new StoredLogins(store.records(loginKind), authenticator)
  return { authenticator, attempts: new Attempts(undefined, takeAttempt), logins }
}
