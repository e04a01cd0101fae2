#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { exitCodeOf, explanationOf } from './commands/error.ts'
import { commandFrom, usageText } from './commands/line.ts'
import { version } from './commands/version.ts'
import { smallStart } from './commands/serve/small-start.ts'
import type { Command, ServeCommand } from './commands/line.ts'

try {
  process.exitCode = (await run(await given(process.argv.slice(2)))) ?? 0
} catch (error) {
  process.stderr.write(`codex-gateway: ${explanationOf(error)}\n`)
  process.exitCode = exitCodeOf(error)
}

/** The command of these arguments. What only one command needs is loaded only for it. */
async function given(args: readonly string[]): Promise<Command> {
  const [name, ...rest] = args
  if (args.includes('--help')) return commandFrom(args)
  if (name === 'task') return (await import('./commands/task/given.ts')).givenTask(rest)
  if (name === 'token' && rest.length > 0) return (await import('./commands/token/line.ts')).tokenCommandFrom(rest)
  if (name === 'key') return (await import('./commands/key/line.ts')).keyCommandFrom(rest)
  if (name === 'usage') return (await import('./commands/usage/line.ts')).usageCommandFrom(rest)
  return commandFrom(args)
}

/** Returns the exit code. The modules of a command are loaded only if it is run. */
async function run(command: Command): Promise<number | void> {
  switch (command.name) {
    case 'help':
      return print(usageText)
    case 'version':
      return print(`${version()}\n`)
    case 'token':
      return print(`cgw_${randomBytes(24).toString('base64url')}\n`) // 192 bits, in characters that need no quoting
    case 'tokens':
    case 'mint':
      return (await import('./commands/token/token.ts')).token(command)
    case 'env':
      return (await import('./commands/env.ts')).env(command)
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(command)
    case 'task':
      return (await import('./commands/task/task.ts')).task(command)
    case 'key':
      return (await import('./commands/key/key.ts')).key(command)
    case 'usage':
      return (await import('./commands/usage/usage.ts')).usage(command)
    case 'serve':
      return serve(command)
    case 'worker':
      return (await import('./commands/worker/worker.ts')).worker(command)
  }
}

async function serve(command: ServeCommand): Promise<number> {
  const starting = smallStart() // before the modules are loaded
  const { serve } = await import('./commands/serve/serve.ts')
  return serve(command, starting)
}

function print(text: string): void {
  process.stdout.write(text)
}
