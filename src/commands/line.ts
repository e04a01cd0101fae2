import { parsedBy, usageError } from './options.ts'
import { usageCommandFrom } from './usage/line.ts'
import type { UsageCommand } from './usage/line.ts'

/** A parsed command line. `host` and `port` are unchecked; the settings check them. */
export type Command =
  | { name: 'help' | 'version' | 'token' }
  | { name: 'env'; host?: string | undefined; port?: string | undefined }
  | { name: 'doctor'; demo: boolean }
  | { name: 'serve'; host?: string | undefined; port?: string | undefined; demo: boolean }
  | UsageCommand

export const usage = `Usage: codex-gateway COMMAND

  serve [HOST [PORT]] [--demo]  serve the OpenAI API; --demo: without an account, with a built-in demo model
  env [HOST [PORT]]             print the variables for OpenAI clients: eval "$(codex-gateway env)"
  doctor [--demo]               check the set-up and explain how to fix it
  token                         print a new random token
  usage [--from DAY] [--to DAY] [--by day,principal,model] [--principal NAME] [--csv | --json]
                                print who used what; --check: prove that the sums are right
  --help, --version

Settings come from the environment and from .env in the current folder. .env.example lists them all.
`

/** Parses the arguments after the program's name. Throws a `CommandError`. */
export function commandFrom(args: readonly string[]): Command {
  const [first, ...rest] = args
  if (first === 'usage' && !rest.includes('--help')) return usageCommandFrom(rest)
  const { values, positionals } = parsedBy(args, options)
  const [name, ...operands] = positionals
  if (values.version) return { name: 'version' }
  if (values.help || name === undefined) return { name: 'help' }
  const command = commandNamed(name, operands, values.demo ?? false)
  if (values.demo && !('demo' in command)) throw usageError(`${name} has no option --demo`)
  const extra = operands['host' in command ? 2 : 0]
  if (extra !== undefined) throw usageError(`Unexpected argument for ${name}: ${extra}`)
  return command
}

function commandNamed(name: string, [host, port]: string[], demo: boolean): Command {
  switch (name) {
    case 'serve':
      return { name, host, port, demo }
    case 'env':
      return { name, host, port }
    case 'doctor':
      return { name, demo }
    case 'token':
      return { name }
    default:
      throw usageError(`Unknown command: ${name}`)
  }
}

const options = {
  demo: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' }
} as const
