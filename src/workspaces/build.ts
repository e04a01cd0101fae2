import type { Patience } from '../codex/app-server/connection.ts'
import type { Capabilities } from '../codex/binary/capabilities.ts'
import { unreadNotifications, unusedNotifications } from '../codex/app-server/unused-notifications.ts'
import { fewCertificates } from '../codex/home/certificates.ts'
import { childEnvironment } from '../codex/home/environment.ts'
import { settingArguments, writeLayer } from '../codex/home/layer.ts'
import { loginOf } from '../codex/home/login.ts'
import { concealmentOf } from '../codex/home/concealment.ts'
import { boundsAround } from '../codex/home/permissions.ts'
import { writeCatalogs } from '../codex/home/catalogs.ts'
import { profileSettings, writeInstructions } from '../codex/home/profile.ts'
import { quickPath } from '../codex/home/quick-path.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { codexSettingsFrom } from '../codex/home/settings.ts'
import type { CodexSettings } from '../codex/home/settings.ts'
import { prepareThreadsHome } from '../codex/home/threads-home.ts'
import { userConfigIn } from '../codex/home/user-config.ts'
import type { Guard } from '../codex/process/guard.ts'
import { persistentThreadsIn } from '../codex/threads/persistent-threads.ts'
import type { Warn } from '../store/store.ts'
import { workspaceState } from './activity.ts'
import type { Activity, WorkspaceState } from './activity.ts'
import type { AppServerSlots } from './app-server-slots.ts'
import { superviseAppServer } from './app-server.ts'
import type { AppServerOptions } from './app-server.ts'
import type { LocatedWorkspace } from './definition.ts'
import type { ModelToken } from './model-tokens/model-token.ts'
import { tokenOf } from './model-tokens/token-of.ts'
import type { ModelTokens } from './model-tokens/token-of.ts'
import { threadExpiry } from './thread-expiry.ts'
import type { ThreadBounds } from './thread-expiry.ts'
import { environmentsIn, placesFrom } from './places.ts'
import { sharedCodexOf } from './shared/build.ts'
import type { SharedBuildOptions } from './shared/build.ts'
import type { HomeEntry } from './shared/home-entry.ts'
import type { SharedCodex } from './shared/shared-codex.ts'
import type { CodexHome, Workspace } from './workspace.ts'

/** What all workspaces share. */
export interface WorkspaceContext extends Pick<SharedBuildOptions, 'executors' | 'savedHomes'> {
  /** The native binary. */
  binary: string
  /** What the installed CLI supports; it is asked once, in the environment of whoever asks first. */
  capabilities: (env: Record<string, string>) => Promise<Capabilities>
  /** The gateway's own environment. */
  outer: Readonly<Record<string, string | undefined>>
  guard: Guard
  /** Bytes that one line of an app-server may have. */
  lineLimit: number
  patience?: Partial<Patience> | undefined
  /** Milliseconds without a turn after which an app-server is stopped; never, when left out. */
  idleMs?: number | undefined
  slots: AppServerSlots
  /** Takes a line for the log. */
  warn?: Warn | undefined
  onWindows?: AppServerOptions['onWindows']
  /** Fetches tokens for the model provider. */
  modelTokens?: ModelTokens | undefined
  /** How long persistent threads live, and what those of one workspace may take. */
  threads: ThreadBounds
  /** The homes of shared app-servers that are in use. */
  sharedHomes: HomeEntry
  /** Where the environments of a workspace lie, each of them hidden from all commands but its own; there are none when left out. */
  environmentsOf?: ((workspace: string) => string) | undefined
}

/** What a workspace has beside what its turns need. */
export interface BuiltWorkspace extends Workspace {
  readonly activity: Activity
  readonly state: WorkspaceState
  readonly shared?: SharedCodex | undefined
}

/** What a workspace is given by those who know the others. */
export interface Surroundings {
  /** What its commands must not read. */
  secrets: Secrets
  activity: Activity
}

/** Prepares the homes of a workspace and all that its turns need. */
export async function buildWorkspace(
  located: LocatedWorkspace,
  surroundings: Surroundings,
  context: WorkspaceContext
): Promise<BuiltWorkspace> {
  const { definition, codexHome, folder, untrusted, home, created } = located
  const { binary } = context
  const { secrets, activity } = surroundings
  const threadsHome = await prepareThreadsHome(codexHome)
  const userConfig = await userConfigIn(codexHome)
  const token = tokenOf(located, context)
  const env = await environmentOf(located, userConfig.mcpServers, context.outer)
  const { approvalPolicy, search, baseUrl, apiKey } = definition
  const [capabilities, catalogs, instructions] = await Promise.all([
    context.capabilities(env),
    writeCatalogs(binary, env, codexHome, search),
    writeInstructions(codexHome)
  ])
  const settings = codexSettingsFrom({
    ...{ approvalPolicy, search, baseUrl, hasApiKey: apiKey !== undefined, untrusted },
    tokenFolder: token?.folder
  })
  const files = { catalogs, instructions }
  const profiles = { agent: profileSettings('agent', files), bare: profileSettings('bare', files) }
  const layered = capabilities.flags === undefined || capabilities.flags.has('--profile')
  const layerOf = async (profile: CodexSettings) => {
    const layer = { ...settings, ...profile }
    return layered ? ['--profile', await writeLayer([codexHome, threadsHome], layer)] : settingArguments(layer)
  }
  const login = loginOf(codexHome, definition)
  const environments = await environmentsIn(context.environmentsOf?.(definition.id))
  const homes = homesOf(located, env, { ...surroundings, token, environments }, { ...context, login })
  const places = { ...placesFrom(binary, [folder, ...definition.addDirs], env), home: [home] }
  const version = capabilities.version ?? 'unknown'
  const shared = sharedCodexOf({ located, settings, env, places, login, token, version, ...surroundings, ...context })
  const threads = persistentThreadsIn(threadsHome, binary, homes.persistent.env)
  const expiry = threadExpiry(threads, context.threads)
  return {
    ...definition,
    folder,
    untrusted,
    home,
    created,
    userConfig,
    homes,
    settings,
    profiles,
    layers: { agent: await layerOf(profiles.agent), bare: await layerOf(profiles.bare) },
    plainCatalog: catalogs.plain,
    capableCatalog: catalogs.capable,
    leadingCatalog: catalogs.leading,
    secrets,
    threads,
    login,
    activity,
    shared,
    get state() {
      return workspaceState(
        [homes.ephemeral.appServer, homes.persistent.appServer, ...(shared ? [shared] : [])],
        activity
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([homes.ephemeral.appServer.close(), homes.persistent.appServer.close(), shared?.close()])
      await expiry[Symbol.asyncDispose]()
      await token?.[Symbol.asyncDispose]()
    }
  }
}

/** What shortens the start of every codex is part of it. */
async function environmentOf(
  { home, codexHome, definition }: LocatedWorkspace,
  mcpServers: readonly string[],
  outer: WorkspaceContext['outer']
): Promise<Record<string, string>> {
  const env = childEnvironment(outer, {
    home,
    codexHome,
    apiKey: definition.modelTokenUrl === undefined ? definition.apiKey : undefined
  })
  return {
    ...env,
    ...(env['PATH'] !== undefined && { PATH: await quickPath(home, env['PATH']) }),
    ...(await fewCertificates(codexHome, env, { baseUrl: definition.baseUrl, mcpServers }))
  }
}

/** Both homes with their app-servers, and what hides the secrets in each. */
function homesOf(
  { home, codexHome, threadsHome, folder, definition }: LocatedWorkspace,
  env: Record<string, string>,
  { secrets, activity, token, environments }: Surroundings & { token: ModelToken | undefined; environments: string[] },
  { login, ...context }: WorkspaceContext & Pick<Workspace, 'login'>
): Workspace['homes'] {
  const { binary, guard, lineLimit, patience, idleMs, slots, warn, onWindows } = context
  const enter = async (signal?: AbortSignal) => {
    await token?.ready()
    return activity.enter(signal)
  }
  const isLoggedIn = async () => (await login()) !== 'none'
  const homeAt = (path: string, unused: readonly string[], more: string[] = []): CodexHome => {
    const places = { ...placesFrom(binary, [folder, ...definition.addDirs, ...more], env), home: [home] }
    const { view, denied, open, hiding } = concealmentOf({
      ...{ secrets, codexHome: path, places, ownFolders: [...more, ...(token ? [token.folder] : [])] },
      ...{ means: guard.means, base: guard.base }
    })
    const its = { path, env: { ...env, CODEX_HOME: path }, view }
    const appServer = superviseAppServer({
      ...{ binary, guard, lineLimit, patience, idleMs, isLoggedIn, warn, onWindows },
      ...{ env: its.env, cwd: folder, view, hiding, unused, enter, slots }
    })
    return { ...its, appServer, enter, bounds: boundsAround({ denied, addDirs: definition.addDirs }), open }
  }
  return {
    ephemeral: homeAt(codexHome, unusedNotifications),
    persistent: homeAt(threadsHome, unreadNotifications, environments) // its turns may be watched
  }
}
