import { parseArgs } from 'node:util'
import { CommandError } from './error.ts'

/** What a command line asks for. `host` and `port` are as written; the settings check them. */
export type Command =
  | { name: 'help' | 'version' | 'token' }
  | { name: 'env'; host?: string; port?: string }
  | { name: 'doctor'; demo: boolean }
  | { name: 'serve'; host?: string; port?: string; demo: boolean }

export const usage = `Usage: codex-gateway COMMAND

  serve [HOST [PORT]] [--demo]  serve the OpenAI API; --demo: without an account, with a stand-in for the model
  env [HOST [PORT]]             print the variables by which OpenAI clients find it: eval "$(codex-gateway env)"
  doctor [--demo]               say what is right and wrong with the set-up, and what to do about it
  token                         print a new random token
  --help, --version

Settings come from the environment and from .env in the working folder; .env.example has them all.
`

const misunderstood = (message: string) => new CommandError(`${message}. See codex-gateway --help`, 2)

/** Reads the arguments that follow the program's name. Throws a `CommandError`. */
export function commandFrom(args: readonly string[]): Command {
  const { values, positionals } = parsed(args)
  const [name, ...operands] = positionals
  if (values.version) return { name: 'version' }
  if (values.help || name === undefined) return { name: 'help' }
  const command = commandNamed(name, operands, values.demo ?? false)
  if (values.demo && !('demo' in command)) throw misunderstood(`${name} has no --demo`)
  const extra = operands['host' in command ? 2 : 0]
  if (extra !== undefined) throw misunderstood(`${name} does not know what to do with ${extra}`)
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
      throw misunderstood(`There is no command ${name}`)
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        demo: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' }
      }
    })
  } catch (error) {
    throw misunderstood((error as Error).message.split('. ')[0] ?? '')
  }
}
