import { resolve } from 'node:path'
import { dotEnv, tokensOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { shellQuoted } from '../quote.ts'

const body = { messages: [{ role: 'user', content: 'What is in this folder?' }] }

/** A line to paste into a shell. `token` is a word of that shell, quoted as it must be; undefined: none is needed. */
export function curlLine(url: string, token?: string): string {
  const headers = [
    '-H "Content-Type: application/json"',
    ...(token === undefined ? [] : [`-H "Authorization: Bearer ${token}"`])
  ]
  return `curl ${shellQuoted(`${url}/v1/chat/completions`)} ${headers.join(' ')} -d '${JSON.stringify(body)}'`
}

/** Where the first of the tokens stands. */
export type TokenSource = { from: 'environment' } | { from: 'dotenv' | 'file'; path: string }

/** The token for inside double quotes: as it is where only people look, else as a word that a shell on this machine finds it by. */
export function tokenWord(token: string, source: TokenSource, shown: boolean): string {
  if (shown) return token.replaceAll(/[\\"$`]/g, '\\$&')
  switch (source.from) {
    case 'environment':
      return '${CODEX_GATEWAY_TOKEN%%,*}'
    case 'dotenv':
      return `$(sed -n 's/^CODEX_GATEWAY_TOKEN=\\([^,]*\\).*/\\1/p' ${shellQuoted(source.path)})`
    case 'file':
      return `$(awk '$1 !~ /^#/ && NF {print $NF; exit}' ${shellQuoted(source.path)})`
  }
}

/** The line for a gateway with these settings. `shown`: nobody but a person sees it. */
export function curlLineFor(url: string, config: Config, shown: boolean): string {
  const token = tokensOf(config)[0]
  return curlLine(url, token && tokenWord(token, sourceOf(config), shown))
}

function sourceOf(config: Config): TokenSource {
  const [token] = config.CODEX_GATEWAY_TOKEN
  if (token === undefined) return { from: 'file', path: config.CODEX_GATEWAY_TOKEN_FILE?.path ?? '' }
  return dotEnv()['CODEX_GATEWAY_TOKEN']?.startsWith(token)
    ? { from: 'dotenv', path: resolve('.env') }
    : { from: 'environment' }
}
