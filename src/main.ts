#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
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
