import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { capabilitiesOf } from './codex/capabilities.ts'
import type { Capabilities } from './codex/capabilities.ts'
import { childEnvironment } from './codex/environment.ts'
import { prepareHome } from './codex/home.ts'
import { settingArguments, writeLayer } from './codex/layer.ts'
import { locateCodex } from './codex/locate.ts'
import type { CodexBinary } from './codex/locate.ts'
import { loginOf } from './codex/login.ts'
import type { Login } from './codex/login.ts'
import { codexSettingsFrom } from './codex/settings.ts'
import type { CodexSettings } from './codex/settings.ts'
import { workspaceAt } from './codex/workspace.ts'
import type { Workspace } from './codex/workspace.ts'
import type { Config } from './config.ts'

/** Everything about the installed CLI that is found out once, before the first turn. */
export interface Runtime {
  binary: CodexBinary
  capabilities: Capabilities
  /** Canonical HOME of the CLI. */
  home: string
  /** What was made in the home: paths. */
  made: string[]
  env: Record<string, string>
  workspace: Workspace
  settings: CodexSettings
  /** The settings as arguments of `codex exec`. */
  layer: string[]
  /** Asked anew each time: a user may log in while the gateway runs. */
  login: () => Promise<Login>
}

/** Finds the CLI, asks what it supports and prepares its home. Throws a `GatewayError` that says what to mend. */
export async function runtimeFrom(config: Config, outer: Record<string, string | undefined>): Promise<Runtime> {
  const apiKey = config.CODEX_API_KEY
  const baseUrl = config.CODEX_API_BASE_URL
  const binary = await locateCodex(config.CODEX_BIN, outer['PATH'])
  const { made } = await prepareHome(config.CODEX_CLI_HOME, outer['CODEX_HOME'] ?? join(outer['HOME'] ?? homedir(), '.codex'))
  const home = await realpath(config.CODEX_CLI_HOME)
  const env = childEnvironment(outer, home, apiKey)
  const [capabilities, workspace] = await Promise.all([capabilitiesOf(binary.path, env), workspaceAt(config.CODEX_WORKSPACE)])
  const settings = codexSettingsFrom({
    approvalPolicy: config.CODEX_APPROVAL_POLICY,
    search: config.CODEX_ENABLE_SEARCH,
    hasApiKey: apiKey !== undefined,
    untrusted: workspace.untrusted,
    ...(baseUrl !== undefined && { baseUrl })
  })
  const layered = capabilities.flags === undefined || capabilities.flags.has('--profile')
  const layer = layered ? ['--profile', await writeLayer(join(home, '.codex'), settings)] : settingArguments(settings)
  const provider = { ...(apiKey !== undefined && { apiKey }), ...(baseUrl !== undefined && { baseUrl }) }
  return { binary, capabilities, home, made, env, workspace, settings, layer, login: () => loginOf(home, provider) }
}
