import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { linkLogin } from './home.ts'

/**
 * How codex will identify itself to the model provider: with the gateway's `key`, with a `token` that the gateway fetches, not at all at an `endpoint` of the
 * gateway's settings, with the `login` in its home, or as its own `config` says. `none`: it cannot.
 */
export type Login = 'key' | 'token' | 'endpoint' | 'login' | 'config' | 'none'

/** Layers of codex's configuration below the home's own. */
const systemConfigs = ['/etc/codex/config.toml', '/etc/codex/managed_config.toml']

/** What makes codex do without `auth.json`: another provider, or a keyring. Keys of codex-cli 0.169. */
const providerKeys = ['model_provider', 'model_providers', 'openai_base_url', 'profile', 'cli_auth_credentials_store']

export interface LoginSources {
  apiKey?: string | undefined
  baseUrl?: string | undefined
  /** Where tokens for the provider are fetched. */
  modelTokenUrl?: string | undefined
  /** Other CODEX_HOMEs; the first login in them is linked where this one has none. */
  loginFrom?: readonly string[] | undefined
}

/** Looks each time it is called, for a user may log in at any time; files are read again only when they have changed. */
export function loginOf(
  codexHome: string,
  { apiKey, baseUrl, modelTokenUrl, loginFrom }: LoginSources
): () => Promise<Login> {
  if (modelTokenUrl !== undefined) return async () => 'token'
  if (apiKey !== undefined) return async () => 'key'
  if (baseUrl !== undefined) return async () => 'endpoint'
  const loggedIn = fileCheck(join(codexHome, 'auth.json'), holdsLogin)
  const configs = [join(codexHome, 'config.toml'), ...systemConfigs].map((path) => fileCheck(path, setsProvider))
  return async () => {
    if (await loggedIn()) return 'login'
    if (loginFrom !== undefined) await linkLogin(codexHome, loginFrom).catch(() => {}) // then there is none
    if (await loggedIn()) return 'login'
    const configured = await Promise.all(configs.map((isSet) => isSet()))
    return configured.includes(true) ? 'config' : 'none'
  }
}

/** What to do where there is no login. `command` logs in; the default has no path in it, for clients. */
export function loginAdvice(
  command = "`codex login` with the gateway's CODEX_HOME (`codex-gateway doctor` prints the command)"
): string {
  return `Run ${command} or set CODEX_API_KEY or CODEX_API_BASE_URL`
}

/** False where the file cannot be read or `check` throws. */
function fileCheck(path: string, check: (text: string) => boolean): () => Promise<boolean> {
  let checked = { version: '', result: false }
  return async () => {
    try {
      const { ino, size, mtimeMs } = await stat(path)
      const version = `${ino} ${size} ${mtimeMs}`
      if (checked.version !== version) checked = { version, result: check(await readFile(path, 'utf8')) }
      return checked.result
    } catch {
      return false
    }
  }
}

const authFile = z.record(z.string(), z.unknown())

/** Where nothing but the mode and a time is set, codex starts without a login. */
function holdsLogin(text: string): boolean {
  const entries = Object.entries(authFile.parse(JSON.parse(text)))
  return entries.some(
    ([key, value]) => !['auth_mode', 'last_refresh'].includes(key) && Object.keys(value ?? {}).length > 0
  )
}

/** A file that codex itself will refuse is left to it. */
function setsProvider(text: string): boolean {
  try {
    const config = parse(text)
    return providerKeys.some((key) => key in config)
  } catch {
    return true
  }
}
