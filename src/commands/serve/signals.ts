import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

export interface SignalHandlers {
  /** SIGTERM or SIGINT, the first or another, or the terminal is gone. */
  stop: (signal: string) => void
  /** SIGHUP. */
  reload: () => void
  /** An error that nobody caught: the process cannot be trusted any more. */
  broken: (error: unknown) => void
}

/** Says what to do when the process is told something from outside, or breaks. */
export function onSignals({ stop, reload, broken }: SignalHandlers): void {
  const onTerminal = [0, 1, 2].filter((fd) => isatty(fd))
  process.on('SIGTERM', stop).on('SIGINT', stop)
  process.on('SIGHUP', () => {
    if (onTerminal.length === 0 || hasTerminal()) return reload()
    onTerminal.forEach(silence)
    stop('SIGHUP')
  })
  process.on('uncaughtException', broken).on('unhandledRejection', broken)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}) // whoever read it is gone; serving goes on
}

/** Closing a terminal sends the same signal as asking for a reload; but then the terminal is no longer there. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Node 20 aborts in its last moment when it cannot reset a terminal that is gone. */
function silence(fd: number): void {
  closeSync(fd)
  openSync('/dev/null', 'r+')
}
