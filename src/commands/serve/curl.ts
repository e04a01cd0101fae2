import { resolve } from 'node:path'
import { dotEnv, tokensOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { shellQuoted } from '../shell.ts'

const body = { messages: [{ role: 'user', content: 'What is in this folder?' }] }

/** A command to paste into a shell. `token` is quoted for double quotes; undefined if none is needed. */
export function curlLine(url: string, token?: string): string {
  const headers = [
    '-H "Content-Type: application/json"',
    ...(token === undefined ? [] : [`-H "Authorization: Bearer ${token}"`])
  ]
  return `curl ${shellQuoted(`${url}/v1/chat/completions`)} ${headers.join(' ')} -d '${JSON.stringify(body)}'`
}

/** Where the first token is defined. */
export type TokenSource = { from: 'environment' } | { from: 'dotenv' | 'file'; path: string }

/** The token for use inside double quotes: verbatim if only a person sees it, else an expression that a shell on this machine expands to it. */
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

/** The curl command for a gateway with this configuration. `shown`: only a person sees it. */
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
