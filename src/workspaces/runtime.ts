import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { capabilitiesOf } from '../codex/binary/capabilities.ts'
import type { Capabilities } from '../codex/binary/capabilities.ts'
import { childEnvironment } from '../codex/home/environment.ts'
import { fewCertificates } from '../codex/home/certificates.ts'
import { prepareHome } from '../codex/home/home.ts'
import { quickPath } from '../codex/home/quick-path.ts'
import { settingArguments, writeLayer } from '../codex/home/layer.ts'
import { locateCodex } from '../codex/binary/locate.ts'
import type { CodexBinary } from '../codex/binary/locate.ts'
import { loginOf } from '../codex/home/login.ts'
import type { Login } from '../codex/home/login.ts'
import { writePlainCatalog } from '../codex/home/plain-catalog.ts'
import { profileSettings, writeInstructions } from '../codex/home/profile.ts'
import { secretsOf } from '../codex/home/secrets.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { codexSettingsFrom } from '../codex/home/settings.ts'
import type { CodexSettings } from '../codex/home/settings.ts'
import { prepareThreadsHome } from '../codex/home/threads-home.ts'
import { userConfigIn } from '../codex/home/user-config.ts'
import type { UserConfig } from '../codex/home/user-config.ts'
import { workspaceAt } from '../codex/project/trust.ts'
import type { Workspace } from '../codex/project/trust.ts'
import type { Config } from '../config/config.ts'
import type { ProfileName } from '../turn/request.ts'

/** Everything about the installed CLI that is found out once, before the first turn. */
export interface Runtime {
  binary: CodexBinary
  capabilities: Capabilities
  /** Canonical HOME of the CLI. */
  home: string
  /** What was made in the home: paths. */
  made: string[]
  userConfig: UserConfig
  env: Record<string, string>
  /** CODEX_HOME of the turns whose threads are kept. */
  threadsHome: string
  workspace: Workspace
  /** Path of a model catalog without tools. */
  catalog: string | undefined
  /** The settings of every turn, by dotted key. */
  settings: CodexSettings
  secrets: Secrets
  /** What each profile adds to them. */
  profiles: Record<ProfileName, CodexSettings>
  /** The settings of each profile as arguments of `codex exec`. */
  layers: Record<ProfileName, string[]>
  /** Asked anew each time: a user may log in while the gateway runs. */
  login: () => Promise<Login>
}

/** Finds the CLI, asks what it supports and prepares its home. Throws a `GatewayError` that says what to mend. */
export async function runtimeFrom(config: Config, outer: Record<string, string | undefined>): Promise<Runtime> {
  const userCodexHome = outer['CODEX_HOME'] ?? join(outer['HOME'] ?? config.CODEX_CLI_HOME, '.codex')
  const binary = await locateCodex(config.CODEX_BIN, outer['PATH'])
  const { made } = await prepareHome(config.CODEX_CLI_HOME, userCodexHome)
  const home = await realpath(config.CODEX_CLI_HOME)
  const codexHome = join(home, '.codex')
  const threadsHome = await prepareThreadsHome(codexHome)
  const userConfig = await userConfigIn(codexHome)
  const env = await quickEnvironment(childEnvironment(outer, home, config.CODEX_API_KEY), {
    home,
    codexHome,
    mcpServers: userConfig.mcpServers,
    baseUrl: config.CODEX_API_BASE_URL
  })
  const [capabilities, workspace, catalog] = await Promise.all([
    capabilitiesOf(binary.path, env),
    workspaceAt(config.CODEX_WORKSPACE),
    writePlainCatalog(binary.path, env, codexHome)
  ])
  const settings = codexSettingsFrom(settingsInput(config, workspace))
  const layered = capabilities.flags === undefined || capabilities.flags.has('--profile')
  const layerOf = async (layer: CodexSettings) =>
    layered ? ['--profile', await writeLayer([codexHome, threadsHome], layer)] : settingArguments(layer)
  const files = { catalog, instructions: await writeInstructions(codexHome) }
  const secrets = await secretsOf(
    codexHome,
    [resolve('.env'), config.CODEX_GATEWAY_TOKEN_FILE?.path],
    [join(home, 'gateway'), threadsHome]
  )
  const profiles = { agent: profileSettings('agent', files), bare: profileSettings('bare', files) }
  const layers = {
    agent: await layerOf({ ...settings, ...profiles.agent }),
    bare: await layerOf({ ...settings, ...profiles.bare })
  }
  const provider = { apiKey: config.CODEX_API_KEY, baseUrl: config.CODEX_API_BASE_URL }
  return {
    binary,
    capabilities,
    home,
    made,
    userConfig,
    env,
    threadsHome,
    workspace,
    settings,
    secrets,
    profiles,
    layers,
    catalog,
    login: () => loginOf(home, provider)
  }
}

/** What shortens the start of every codex. */
async function quickEnvironment(
  env: Record<string, string>,
  at: { home: string; codexHome: string; mcpServers: readonly string[]; baseUrl?: string }
): Promise<Record<string, string>> {
  return {
    ...env,
    ...(env['PATH'] !== undefined && { PATH: await quickPath(at.home, env['PATH']) }),
    ...(await fewCertificates(at.codexHome, env, at))
  }
}

function settingsInput(config: Config, workspace: Workspace) {
  return {
    approvalPolicy: config.CODEX_APPROVAL_POLICY,
    search: config.CODEX_ENABLE_SEARCH,
    hasApiKey: config.CODEX_API_KEY !== undefined,
    baseUrl: config.CODEX_API_BASE_URL,
    untrusted: workspace.untrusted
  }
}
