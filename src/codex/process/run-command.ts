import { execFile } from 'node:child_process'
import { GatewayError } from '../../turn/error.ts'

export interface CommandOptions {
  /** The complete environment. */
  env: Record<string, string>
  cwd?: string | undefined
  /** Milliseconds until it is sent SIGTERM and no longer waited for. */
  timeout: number
  /** Bytes that each of stdout and stderr may have before it is ended. Default 1 MiB. */
  maxBuffer?: number | undefined
}

/** How a command ended. `code` is null where a signal, the timeout or too much output ended it. */
export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * Runs a short command to its end, with nothing on stdin. Rejects with `overloaded` when this machine cannot start it, and
 * with nothing else. Not by execa: without a free descriptor its child emits an error that nobody can catch (execa 9).
 */
export function runCommand(path: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { maxBuffer = 1_048_576 } = options
  return new Promise((resolve, reject) => {
    try {
      const child = execFile(path, args, { ...options, maxBuffer }, (error, stdout, stderr) => {
        if (error?.syscall?.startsWith('spawn')) reject(notStarted(error))
        else resolve({ code: error ? exitCodeOf(error) : 0, stdout, stderr })
      })
      child.stdin?.on('error', () => {}).end() // undefined where no descriptor was free
    } catch (error) {
      reject(notStarted(error))
    }
  })
}

function exitCodeOf({ code }: { code?: unknown }): number | null {
  return typeof code === 'number' ? code : null
}

function notStarted(cause: unknown): GatewayError {
  return new GatewayError('overloaded', 'Codex could not be started on this machine. Please try again later.', {
    cause
  })
}
