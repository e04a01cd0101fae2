import { absoluteUrl, optionalText, privateFile } from './parse.ts'
import { secureUrl, secureUrlRule } from './secure-url.ts'
import { setting } from './setting.ts'

/** The settings about the model provider, in the order in which people read about them. */
export const providerSettings = {
  CODEX_API_BASE_URL: setting(
    '',
    optionalText.refine(absoluteUrl, 'must be an http or https URL'),
    'A Responses API to use instead of the login’s, such as `https://host/v1`.'
  ),
  CODEX_API_KEY: setting('', optionalText, 'API key for the model provider, instead of the login.'),
  CODEX_MODEL_TOKEN_URL: setting(
    '',
    optionalText.refine(secureUrl, secureUrlRule),
    'Service that gives out tokens for the model provider, one for each workspace: see docs/workspaces.md. Unset: CODEX_API_KEY or the login.'
  ),
  CODEX_MODEL_TOKEN_SECRET_FILE: setting(
    '',
    privateFile,
    'File with the secret by which that service knows the gateway, mode 0600. It is read for each request.'
  )
}
