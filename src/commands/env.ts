import { configFrom, tokensOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { urlFrom } from './address.ts'
import { environmentWith } from './environment.ts'
import { CommandError } from './error.ts'
import type { Command } from './line.ts'
import { shellQuoted } from './quote.ts'

/** Prints what `eval "$(codex-gateway env)"` needs. */
export function env(command: Command & { name: 'env' }): void {
  process.stdout.write(exportLines(configFrom(environmentWith(command))))
}

/** Shell lines with which OpenAI's clients find the gateway. */
export function exportLines(config: Config): string {
  const { CODEX_GATEWAY_HOST: host, CODEX_GATEWAY_PORT: port } = config
  if (port === 0)
    throw new CommandError(
      'CODEX_GATEWAY_PORT is 0, which takes another port at each start; say which one: codex-gateway env HOST PORT'
    )
  const key = tokensOf(config)[0] ?? 'none' // without a key the SDKs refuse to start
  return `export OPENAI_BASE_URL=${shellQuoted(`${urlFrom(host, port)}/v1`)}\nexport OPENAI_API_KEY=${shellQuoted(key)}\n`
}
