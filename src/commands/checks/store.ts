import { storeFor } from '../../app/storage.ts'
import type { Config } from '../../config/config.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether things can be stored where the settings say. */
export function storeFinding(config: Config): Finding {
  using store = storeFor(config)
  try {
    store.use((connection) => connection.get('SELECT 1'))
    return pass(`what is stored is in ${config.CODEX_CLI_HOME}`)
  } catch (error) {
    const { cause, message } = error as Error
    return fail(
      `nothing can be stored in ${config.CODEX_CLI_HOME}: ${cause instanceof Error ? cause.message : message}`,
      'Set CODEX_CLI_HOME to a folder that this user may write.'
    )
  }
}
