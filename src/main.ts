#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { exitCodeOf, explanationOf } from './commands/error.ts'
import { commandFrom, usage } from './commands/line.ts'
import type { Command } from './commands/line.ts'

try {
  process.exitCode = (await run(commandFrom(process.argv.slice(2)))) ?? 0
} catch (error) {
  process.stderr.write(`codex-gateway: ${explanationOf(error)}\n`)
  process.exitCode = exitCodeOf(error)
}

/** The exit code. What stands behind a command is loaded only when it is asked for. */
async function run(command: Command): Promise<number | void> {
  switch (command.name) {
    case 'help':
      return print(usage)
    case 'version':
      return print(`${version()}\n`)
    case 'token':
      return print(`${(await import('./commands/token.ts')).newToken()}\n`)
    case 'env':
      return (await import('./commands/env.ts')).env(command)
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(command)
    case 'serve':
      return (await import('./commands/serve/serve.ts')).serve(command)
  }
}

function print(text: string): void {
  process.stdout.write(text)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
