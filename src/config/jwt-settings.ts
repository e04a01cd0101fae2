import { jwtSecretFile, optionalText, revokedFile } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about JWTs of the operator's own service. */
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
  )
}
