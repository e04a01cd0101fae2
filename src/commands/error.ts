/** A command that cannot run, explained in one line. Exit code 2 is a usage error. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

const own = ['CommandError', 'ConfigError', 'GatewayError'] // by name, so that a usage error loads none of the modules that throw the others

/** The exit code for an error thrown by a command: 78 is a configuration error (sysexits.h). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode
  return error instanceof Error && error.name === 'ConfigError' ? 78 : 1
}

/** What to print: the message of our own errors, the stack of all others. */
export function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return own.includes(error.name) ? error.message : (error.stack ?? error.message)
}
