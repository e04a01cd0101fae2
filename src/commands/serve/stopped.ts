import { ConfigError } from '../../config/config.ts'
import type { Gateway } from '../../app/gateway.ts'
import { errorText } from '../../telemetry/log.ts'
import type { Log } from '../../telemetry/log.ts'
import { scrubbed } from '../../telemetry/redaction.ts'
import { onSignals } from './signals.ts'

interface Serving {
  gateway: Pick<Gateway, 'stop'>
  log: Log
  /** Takes up the tokens as they are now; throws a `ConfigError` when the settings are wrong now. */
  reload: () => void
  /** What no line of the log may show. */
  secrets: readonly string[]
}

/** Resolves to the exit code when the gateway has stopped: 0 when it was told to, 1 when it broke. */
export function stopped({ gateway, log, reload, secrets }: Serving): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0
    let code = 0
    const stop = () => void gateway.stop().finally(() => resolve(code))
    onSignals({
      stop(signal) {
        signals += 1
        if (signals === 1) log.info({ signal }, 'stopping: running turns have 30 s; a second signal interrupts them')
        if (signals > 2) process.exit(1)
        stop()
      },
      reload() {
        try {
          reload()
          log.info('tokens reloaded')
        } catch (error) {
          log.error(
            {
              error:
                error instanceof ConfigError ? error.problems.join('; ') : scrubbed((error as Error).message, secrets)
            },
            'token reload failed; keeping the previous tokens'
          )
        }
      },
      broken(error) {
        log.fatal({ error: errorText(error, secrets) }, 'fatal error: shutting down')
        if (code === 0) stop()
        code = 1
        stop() // the second call interrupts what runs
      }
    })
  })
}
