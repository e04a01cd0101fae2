import { configFrom, tokensOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { environmentWith } from './environment.ts'
import { CommandError } from './error.ts'
import type { Command } from './line.ts'
import { shellQuoted, urlFrom } from './shell.ts'

/** Prints what `eval "$(codex-gateway env)"` needs. */
export function env(command: Command & { name: 'env' }): void {
  process.stdout.write(exportLines(configFrom(environmentWith(command))))
}

/** Shell commands that point OpenAI clients at the gateway. */
export function exportLines(config: Config): string {
  const { CODEX_GATEWAY_HOST: host, CODEX_GATEWAY_PORT: port } = config
  if (port === 0)
    throw new CommandError(
      'CODEX_GATEWAY_PORT is 0, so the port changes at each start. Name it: codex-gateway env HOST PORT'
    )
  const key = tokensOf(config)[0] ?? 'none' // the SDKs refuse to start without a key
  return `export OPENAI_BASE_URL=${shellQuoted(`${urlFrom(host, port)}/v1`)}\nexport OPENAI_API_KEY=${shellQuoted(key)}\n`
}
