/** A command that cannot be carried out, said in one line; 2 is the exit code of one that was not understood. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

const own = ['CommandError', 'ConfigError', 'GatewayError'] // by name: a command line that is wrong need not load what throws the others

/** The exit code for whatever a command threw: 78 is a wrong configuration (sysexits.h). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode
  return error instanceof Error && error.name === 'ConfigError' ? 78 : 1
}

/** What to tell of it: one's own errors say it all, of a stranger's the stack is shown. */
export function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return own.includes(error.name) ? error.message : (error.stack ?? error.message)
}
