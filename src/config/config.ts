import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parse } from 'dotenv'
import type { z } from 'zod'
import { settings } from './settings.ts'
import type { Credential } from './token-file.ts'

type Settings = typeof settings
type Name = keyof Settings

/** The checked settings, by the name of their variable. */
export type Config = Readonly<{ [N in Name]: z.output<Settings[N]['parse']> }>

/** All that is wrong with the settings, a line each, every line beginning with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`These settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** This process's environment over the `.env` file in `folder`. The only reader of `process.env`. */
export function environment(folder = process.cwd()): Record<string, string | undefined> {
  return { ...dotEnv(folder), ...process.env }
}

/** Reads the settings; an empty value means unset. Throws a `ConfigError` that names every wrong one. */
export function configFrom(env: Record<string, string | undefined>): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings)) {
    const result = setting.parse.safeParse(env[name]?.trim() || setting.default)
    if (result.success) values[name] = result.data
    else problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}`)
  }
  const config = Object.freeze(values) as Config
  if (
    config.CODEX_HOMES_STORE?.kind === 's3' &&
    !config.CODEX_HOMES_CREDENTIALS_FILE &&
    !names(problems, 'CODEX_HOMES_CREDENTIALS_FILE')
  )
    problems.push('CODEX_HOMES_CREDENTIALS_FILE must be set where homes are saved in a bucket')
  const asksForTokens = [
    config.CODEX_MODEL_TOKEN_URL,
    ...(config.CODEX_WORKSPACES_FILE?.workspaces ?? []).map((one) => one.model_token_url)
  ]
  if (
    asksForTokens.some((url) => url !== undefined) &&
    !config.CODEX_MODEL_TOKEN_SECRET_FILE &&
    !names(problems, 'CODEX_MODEL_TOKEN_SECRET_FILE')
  )
    problems.push('CODEX_MODEL_TOKEN_SECRET_FILE must be set where tokens for the model provider are fetched')
  if (
    config.CODEX_TOKEN_VERIFIER_URL !== undefined &&
    !config.CODEX_TOKEN_VERIFIER_SECRET_FILE &&
    !names(problems, 'CODEX_TOKEN_VERIFIER_SECRET_FILE')
  )
    problems.push('CODEX_TOKEN_VERIFIER_SECRET_FILE must be set where a service verifies tokens')
  const tokensAreRight = [
    'CODEX_GATEWAY_TOKEN',
    'CODEX_GATEWAY_TOKEN_FILE',
    'CODEX_JWT_SECRET_FILE',
    'CODEX_TOKEN_VERIFIER_URL'
  ].every((name) => name in config)
  if (tokensAreRight && !needsToken(config) && !isLoopback(config.CODEX_GATEWAY_HOST)) {
    problems.push(
      `CODEX_GATEWAY_TOKEN must be set to listen on ${config.CODEX_GATEWAY_HOST}: without one only a loopback address is safe`
    )
  }
  problems.push(...natsProblems(config))
  if (tokensAreRight && config.CODEX_REMOTE && !needsToken(config))
    problems.push(
      'CODEX_REMOTE needs a token: set CODEX_GATEWAY_TOKEN, CODEX_GATEWAY_TOKEN_FILE, CODEX_JWT_SECRET_FILE or CODEX_TOKEN_VERIFIER_URL'
    )
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** Prompts and answers pass through the broker: to another machine they go encrypted, and to nobody without credentials. */
function natsProblems({ CODEX_NATS_URL: nats, CODEX_NATS_CREDS: creds, CODEX_NATS_PLAIN: plain }: Config): string[] {
  if (!nats || nats.hosts.every(isLoopback)) return []
  return [
    ...(nats.user !== undefined || creds
      ? []
      : ['CODEX_NATS_URL must have a user and a password, or CODEX_NATS_CREDS be set: others can reach that address']),
    ...(nats.tls || plain
      ? []
      : ['CODEX_NATS_URL must be tls:// off this machine; CODEX_NATS_PLAIN=1 allows nats:// in a private network'])
  ]
}

const names = (problems: readonly string[], name: string) => problems.some((problem) => problem.startsWith(`${name} `))

/** Whether callers must have a token, of whatever kind. */
export function needsToken(config: Config): boolean {
  const { CODEX_JWT_SECRET_FILE: jwts, CODEX_TOKEN_VERIFIER_URL: verifier } = config
  return tokensOf(config).length > 0 || jwts !== undefined || verifier !== undefined
}

/** Every token that is valid, with its name; without any, every caller is admitted. */
export function credentialsOf(config: Config): Credential[] {
  const unnamed = config.CODEX_GATEWAY_TOKEN.map((token) => ({ token }))
  return [...unnamed, ...(config.CODEX_GATEWAY_TOKEN_FILE?.credentials ?? [])]
}

/** Every token that is valid. */
export function tokensOf(config: Config): string[] {
  return credentialsOf(config).map(({ token }) => token)
}

/** Every text of the settings that must not appear in a log. */
export function secretsOf(config: Config): string[] {
  const { secrets = [] } = config.CODEX_JWT_SECRET_FILE ?? {}
  const { CODEX_API_KEY, CODEX_WEBHOOK_SECRET, CODEX_NATS_URL } = config
  const keys = [CODEX_API_KEY, CODEX_WEBHOOK_SECRET, CODEX_NATS_URL?.password].filter((key) => key !== undefined)
  return [...tokensOf(config), ...secrets, ...keys.filter((key) => key !== '')]
}

/** Whether only this machine can reach the address: 127.0.0.0/8, ::1 or `localhost`. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/** The variables of the `.env` file in `folder`; none if there is no file. */
export function dotEnv(folder = process.cwd()): Record<string, string> {
  try {
    return parse(readFileSync(`${folder}/.env`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new ConfigError([`.env cannot be read: ${(error as Error).message}`])
  }
}
