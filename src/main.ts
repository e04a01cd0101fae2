#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { exitCodeOf, explanationOf } from './commands/error.ts'
import { commandFrom, usage } from './commands/line.ts'
import { version } from './commands/version.ts'
import { smallYoungGeneration } from './commands/serve/young-generation.ts'
import type { Command, ServeCommand } from './commands/line.ts'

try {
  process.exitCode = (await run(commandFrom(process.argv.slice(2)))) ?? 0
} catch (error) {
  process.stderr.write(`codex-gateway: ${explanationOf(error)}\n`)
  process.exitCode = exitCodeOf(error)
}

/** Returns the exit code. The modules of a command are loaded only if it is run. */
async function run(command: Command): Promise<number | void> {
  switch (command.name) {
    case 'help':
      return print(usage)
    case 'version':
      return print(`${version()}\n`)
    case 'token':
      return print(`cgw_${randomBytes(24).toString('base64url')}\n`) // 192 bits, in characters that need no quoting
    case 'env':
      return (await import('./commands/env.ts')).env(command)
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(command)
    case 'serve':
      return serve(command)
    case 'worker':
      return (await import('./commands/worker/worker.ts')).worker(command)
  }
}

async function serve(command: ServeCommand): Promise<number> {
  const starting = smallYoungGeneration() // before the modules are loaded
  const { serve } = await import('./commands/serve/serve.ts')
  return serve(command, starting)
}

function print(text: string): void {
  process.stdout.write(text)
}
