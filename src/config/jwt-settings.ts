import { jwtSecretFile, optionalText, privateFile, revokedFile } from './parse.ts'
import { secureUrl, secureUrlRule } from './secure-url.ts'
import { setting } from './setting.ts'

/** The settings about tokens that a service of the operator's gives out: JWTs, and those that it is asked about. */
export const jwtSettings = {
  CODEX_JWT_SECRET_FILE: setting(
    '',
    jwtSecretFile,
    'File with shared secrets, one a line, mode 0600: JWTs (HS256) that one of them verifies are valid tokens. `exp` and `sub` (the name of the principal) are required; `ws` (ids of workspaces), `scope` (what it opens: `api`, `remote`, `executor`) and `jti` are optional. SIGHUP reloads it.'
  ),
  CODEX_JWT_AUDIENCE: setting('', optionalText, 'What `aud` of these JWTs must hold. Unset: it is not looked at.'),
  CODEX_REVOKED_FILE: setting(
    '',
    revokedFile,
    'File with the ids (`jti`) of JWTs that are no longer valid, one a line. SIGHUP reloads it, and connections of theirs end.'
  ),
  CODEX_TOKEN_VERIFIER_URL: setting(
    '',
    optionalText.refine(secureUrl, secureUrlRule),
    'Service that is asked about tokens that the gateway does not know itself: see docs/tokens.md.'
  ),
  CODEX_TOKEN_VERIFIER_SECRET_FILE: setting(
    '',
    privateFile,
    'File with the secret by which that service knows the gateway, mode 0600. It is read for each request.'
  )
}
