import type { Config } from '../config/config.ts'
import { checksOf } from '../http/door/checks.ts'
import type { Checks } from '../http/door/checks.ts'
import type { TakeRequest } from '../http/door/quota.ts'
import type { Surface } from '../http/surface.ts'
import type { accessFor } from './access.ts'

/** What the head of a request must pass. */
export function checksFor(
  config: Config,
  { authenticator, attempts, logins }: ReturnType<typeof accessFor>,
  { isPublic, isForRemote, isAnsweredWhileStopping }: Surface,
  takeRequest?: TakeRequest
): (isStopping: () => boolean) => Checks {
  return (isStopping) =>
    checksOf({
      host: config.CODEX_GATEWAY_HOST,
      allowedHosts: config.CODEX_ALLOWED_HOSTS,
      origins: config.CODEX_CORS_ORIGINS,
      authenticator,
      attempts,
      login: async (cookie) => (await logins.find(cookie))?.principal,
      requestsPerMinute: config.CODEX_TOKEN_REQUESTS_PER_MINUTE,
      takeRequest,
      isPublic,
      isForRemote,
      isAnsweredWhileStopping,
      isStopping
    })
}
