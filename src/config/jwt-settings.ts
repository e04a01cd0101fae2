import { jwtSecretFile, optionalText } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about JWTs of the operator's own service. */
export const jwtSettings = {
  CODEX_JWT_SECRET_FILE: setting(
    '',
    jwtSecretFile,
    'File with shared secrets, one a line, mode 0600: JWTs (HS256) that one of them verifies are valid tokens. `exp` and `sub` (the name of the principal) are required; `ws` (ids of workspaces) and `scope` (must name `api`) are optional. SIGHUP reloads it.'
  ),
  CODEX_JWT_AUDIENCE: setting('', optionalText, 'What `aud` of these JWTs must hold. Unset: it is not looked at.')
}
