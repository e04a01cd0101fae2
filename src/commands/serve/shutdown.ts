import { ConfigError } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import type { StopTimes } from '../../http/stop.ts'
import type { Gateway } from '../../app/gateway.ts'
import { errorText } from '../../telemetry/log.ts'
import type { Log } from '../../telemetry/log.ts'
import { scrubbed } from '../../telemetry/redaction.ts'
import { onSignals } from './signals.ts'

interface RunningGateway {
  gateway: Pick<Gateway, 'stop'>
  log: Log
  /** Reads tokens and workspaces again; rejects, and changes nothing, if they have become invalid. */
  reload: () => Promise<void>
  /** Texts that must not appear in the log. */
  secrets: Iterable<string>
  /** That running turns have to finish. */
  seconds: number
}

/** Milliseconds for all of a stop but the time that turns have. What is left then ends with the process, and codex with it. */
const endingMs = 15_000

/** How long a gateway with these settings takes to stop. */
export const stopTimes = ({ CODEX_DRAIN_SECONDS: seconds }: Pick<Config, 'CODEX_DRAIN_SECONDS'>): StopTimes => ({
  finish: seconds * 1000
})

/** Resolves to the exit code once the gateway has stopped: 0 after a signal, 1 after a fatal error. */
export function untilStopped({ gateway, log, reload, secrets, seconds }: RunningGateway): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0
    let code = 0
    const limit = stopLimit(log)
    let stops = 0
    const stop = () => {
      limit(stops++ === 0 ? seconds * 1000 : 0)
      void gateway.stop().finally(() => resolve(code))
    }
    onSignals({
      stop(signal) {
        signals += 1
        if (signals === 1)
          log.info(
            { signal },
            `stopping: running turns have ${seconds} seconds to finish; a second signal interrupts them`
          )
        if (signals > 2) process.exit(1)
        stop()
      },
      reload() {
        reload().then(
          () => log.info('tokens and workspaces reloaded'),
          (error: Error) =>
            log.error(
              { error: error instanceof ConfigError ? error.problems.join('; ') : scrubbed(error.message, secrets) },
              'reload failed; keeping the previous tokens and workspaces'
            )
        )
      },
      fatal(error) {
        log.fatal({ error: errorText(error, secrets) }, 'fatal error: shutting down')
        if (code === 0) stop()
        code = 1
        stop() // a second call interrupts running turns
      }
    })
  })
}

/**
 * Ends the process where a stop takes longer than turns have and `endingMs`. To be called with the milliseconds that turns
 * have, and again when they have none left.
 */
function stopLimit(log: Log): (drainMs: number) => void {
  let timer: NodeJS.Timeout | undefined
  let endsAt = Infinity
  const end = () => {
    log.fatal('not everything ended in time: the gateway ends now, and what runs of codex with it')
    process.exit(process.exitCode ?? 1)
  }
  return (drainMs) => {
    const at = performance.now() + drainMs + endingMs
    if (at >= endsAt) return
    endsAt = at
    clearTimeout(timer)
    timer = setTimeout(end, drainMs + endingMs).unref() // it keeps nothing alive
  }
}
