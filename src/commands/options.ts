import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { CommandError } from './error.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** A wrong command line. */
export const usageError = (message: string): CommandError => new CommandError(`${message}. See codex-gateway --help`, 2)

/** Parses the arguments of a command; at most `operands` of them are no options. Throws a `CommandError`. */
export function optionsOf<const T extends Options>(command: string, args: readonly string[], options: T, operands = 0) {
  const parsed = parsedBy(args, options)
  const extra = parsed.positionals[operands]
  if (extra !== undefined) throw usageError(`Unexpected argument for ${command}: ${extra}`)
  return parsed
}

/** The same without a bound on what is no option. */
export function parsedBy<const T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw usageError((error as Error).message.split('. ')[0] ?? '')
  }
}
