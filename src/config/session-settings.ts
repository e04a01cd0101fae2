import { integer } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about sessions, in the order in which people read about them. */
export const sessionSettings = {
  CODEX_MAX_SESSIONS: setting(
    '100',
    integer(1, 10_000),
    'Sessions that there may be at once, and half of them for one principal when several tokens are configured. For a new one, the one that has been unused longest gives way, if it has been for a minute.'
  ),
  CODEX_SESSION_IDLE_SECONDS: setting(
    '1800',
    integer(1, 2_592_000),
    'Seconds after which a session that nobody uses is closed; an open event stream is use. Its thread stays.'
  ),
  CODEX_APPROVAL_TIMEOUT_SECONDS: setting(
    '120',
    integer(1, 86_400),
    'Seconds that those who watch a session have to answer what Codex asks; after them it is declined.'
  )
}
