import { codexVariable, ownerVariable, turnVariable } from '../process/isolation.ts'
import { providerKeyVariable } from '../binary/catalog.ts'
import { tokenCommand } from './token-command.ts'
import type { TomlValue } from './toml.ts'

/** What of the gateway's configuration shapes every turn's codex settings. */
export interface CodexSettingsInput {
  approvalPolicy: string
  search: boolean
  /** A Responses API instead of the login's. */
  baseUrl?: string | undefined
  /** Whether the child's environment holds a key for the provider. */
  hasApiKey: boolean
  /** The folder of a token for the provider, in place of a key. */
  tokenFolder?: string | undefined
  /** Folders whose own codex configuration must never act; see `projectFolderAt`. */
  untrusted: readonly string[]
}

/** Codex settings by dotted key: a closed table, no key of which comes from a request. */
export type CodexSettings = Readonly<Record<string, TomlValue>>

/** Flags by which a codex that the gateway starts speaks to nobody but the model provider. */
export const quietFlags = ['analytics.enabled', 'check_for_update_on_startup', 'features.plugins'].flatMap((name) => [
  '-c',
  `${name}=false`
])

/** What a command that the model runs sees of codex's environment; above all not the provider's key. */
const shownToCommands = [
  'PATH',
  'HOME',
  'LANG',
  'LC_*',
  'TMPDIR',
  'TZ',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  codexVariable,
  ownerVariable,
  turnVariable
]

/** What gives the commands of one thread more variables. They are in codex's memory alone: it writes them to no file (codex-cli 0.169). */
export function commandEnvironment(variables: Readonly<Record<string, string>>): CodexSettings {
  return {
    // What is filtered includes what is set, and the default excludes are names with KEY, SECRET or TOKEN (codex-cli 0.169).
    shell_environment_policy: {
      inherit: 'all',
      ignore_default_excludes: true,
      include_only: [...shownToCommands, ...Object.keys(variables)],
      set: { ...variables }
    }
  }
}

const openai = 'https://api.openai.com/v1'

/** The settings that hold for every turn of this gateway. Keys as of codex-cli 0.169; one that a CLI does not know is only warned of. */
export function codexSettingsFrom(input: CodexSettingsInput): CodexSettings {
  return {
    approval_policy: input.approvalPolicy,
    web_search: input.search ? 'live' : 'disabled',
    'analytics.enabled': false, // with DNS unreachable its flush delays the exit by 5 s
    check_for_update_on_startup: false,
    'features.unbounded_connection_retries': false, // else a refused connection is tried for ever
    'features.shell_snapshot': false, // a login shell at each start, to spare later ones: few turns have any
    'skills.bundled.enabled': false, // else they are looked through at each start
    shell_environment_policy: { inherit: 'all', include_only: shownToCommands },
    projects: Object.fromEntries(input.untrusted.map((folder) => [folder, { trust_level: 'untrusted' }])),
    ...providerSettings(input)
  }
}

/** A key or an endpoint of one's own makes a provider of one's own: the login is then never sent anywhere. */
function providerSettings({ baseUrl, hasApiKey, tokenFolder }: CodexSettingsInput): CodexSettings {
  if (baseUrl === undefined && !hasApiKey && tokenFolder === undefined) return {}
  return {
    model_provider: 'gateway',
    'model_providers.gateway': {
      name: 'OpenAI',
      base_url: baseUrl ?? openai,
      wire_api: 'responses',
      requires_openai_auth: false,
      supports_websockets: false,
      ...(tokenFolder !== undefined
        ? { auth: tokenCommand(tokenFolder) }
        : hasApiKey && { env_key: providerKeyVariable })
    }
  }
}
