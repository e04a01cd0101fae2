import type { Guard } from '../../codex/process/guard.ts'
import { doubtful, right } from './finding.ts'
import type { Finding } from './finding.ts'

/** What keeps a turn's processes from outliving it. */
export function isolationFinding({ means }: Pick<Guard, 'means'>): Finding {
  if (means === 'namespace')
    return right('isolation namespace: what a turn starts ends with it, and it does not see .env')
  return doubtful(
    `isolation ${means}: what a turn starts is looked for and ended, and it may read what this user may`,
    'Allow user namespaces, with nothing mounted over parts of /proc: containers deny both unless told otherwise.'
  )
}
