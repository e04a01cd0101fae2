import { parseArgs } from 'node:util'
import { CommandError } from './error.ts'
import type { KeyCommand } from './key/line.ts'
import type { TaskCommand } from './task/line.ts'
import type { UsageCommand } from './usage/line.ts'
import type { TokenCommand } from './token/line.ts'

/** A parsed command line. `host` and `port` are unchecked; the settings check them. */
export type Command =
  | TaskCommand
  | UsageCommand
  | KeyCommand
  | TokenCommand
  | { name: 'help' | 'version' | 'token' }
  | { name: 'env'; host?: string | undefined; port?: string | undefined }
  | DoctorCommand
  | ({ name: 'serve' | 'worker' } & ServeCommand)

/** `serve` or `worker`: an address, and whether the demo model answers. */
export interface ServeCommand {
  host?: string | undefined
  port?: string | undefined
  demo: boolean
}

/** `worker`: what is checked is a worker, where CODEX_NATS_URL is set. */
export interface DoctorCommand {
  name: 'doctor'
  demo: boolean
  worker: boolean
}

export const usageText = `Usage: codex-gateway COMMAND

  serve [HOST [PORT]] [--demo]  serve the OpenAI API; --demo: without an account, with a built-in demo model
  worker [HOST [PORT]] [--demo] run turns of the front ends that use the same CODEX_NATS_URL; with HOST or PORT: serve
                                its health and metrics there
  env [HOST [PORT]]             print the variables for OpenAI clients: eval "$(codex-gateway env)"
  doctor [--demo] [--worker]    check the set-up and explain how to fix it; where CODEX_NATS_URL is set, that of a front
                                end, or with --worker that of a worker
  task run|list|show|cancel     give a running gateway tasks for Codex (docs/tasks.md)
  token                         print a new random token
  key create NAME [--principal NAME] [--expires 90d] [--models a,b] [--workspaces a,b] [--apis a,b] [--scopes a,b]
             [--limit "1M tokens a day"]… [--json]
  key list [--json] | key rotate KEY [--grace 24h] | key revoke KEY
                                API keys: made, listed, given a new secret, ended
  usage [--from DAY] [--to DAY] [--by day,principal,model] [--principal NAME] [--csv | --json]
                                print who used what; --check: prove that the sums are right
  token --for api|remote|executor [--workspace ID] [--days N] [--name NAME] [--executor NAME]
                                print a token that is signed with CODEX_JWT_SECRET_FILE
  token --list                  list the tokens that were signed, and whether they are valid
  --help, --version

Settings come from the environment and from .env in the current folder. .env.example lists them all.
`

const usageError = (message: string) => new CommandError(`${message}. See codex-gateway --help`, 2)

/** Parses the arguments after the program's name. Throws a `CommandError`. */
export function commandFrom(args: readonly string[]): Command {
  const { values, positionals } = parsed(args)
  const [name, ...operands] = positionals
  if (values.version) return { name: 'version' }
  if (values.help || name === undefined) return { name: 'help' }
  const command = commandNamed(name, operands, values)
  for (const flag of ['demo', 'worker'] as const)
    if (values[flag] && !(flag in command)) throw usageError(`${name} has no option --${flag}`)
  const extra = operands['host' in command ? 2 : 0]
  if (extra !== undefined) throw usageError(`Unexpected argument for ${name}: ${extra}`)
  return command
}

interface Flags {
  demo?: boolean | undefined
  worker?: boolean | undefined
}

function commandNamed(name: string, [host, port]: string[], { demo = false, worker = false }: Flags): Command {
  switch (name) {
    case 'serve':
    case 'worker':
      return { name, host, port, demo }
    case 'env':
      return { name, host, port }
    case 'doctor':
      return { name, demo, worker }
    case 'token':
      return { name }
    default:
      throw usageError(`Unknown command: ${name}`)
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        demo: { type: 'boolean' },
        worker: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' }
      }
    })
  } catch (error) {
    throw usageError((error as Error).message.split('. ')[0] ?? '')
  }
}
