import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

export interface SignalHandlers {
  /** SIGTERM or SIGINT, each time, or the terminal was closed. */
  stop: (signal: string) => void
  /** SIGHUP. */
  reload: () => void
  /** An uncaught error: the state of the process is unknown. */
  fatal: (error: unknown) => void
}

/** Installs the handlers of signals and of uncaught errors. */
export function onSignals({ stop, reload, fatal }: SignalHandlers): void {
  const onTerminal = [0, 1, 2].filter((fd) => isatty(fd))
  process.on('SIGTERM', stop).on('SIGINT', stop)
  process.on('SIGHUP', () => {
    if (onTerminal.length === 0 || hasTerminal()) return reload()
    onTerminal.forEach(replaceByNull)
    stop('SIGHUP')
  })
  process.on('uncaughtException', fatal).on('unhandledRejection', fatal)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}) // its reader is gone; keep serving
}

/** Closing a terminal sends SIGHUP too, like a request to reload; but then there is no terminal any more. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Node 20 aborts at exit if it cannot reset a terminal that is gone. */
function replaceByNull(fd: number): void {
  closeSync(fd)
  openSync('/dev/null', 'r+')
}
