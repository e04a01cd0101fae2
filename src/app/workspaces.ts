import { join, resolve } from 'node:path'
import { Tokens } from '../access/tokens.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { ConnectionOptions } from '../codex/app-server/connection.ts'
import { locateCodex } from '../codex/binary/locate.ts'
import { watch } from '../codex/process/guard.ts'
import type { Guard, WatchOptions } from '../codex/process/guard.ts'
import { credentialsOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { readSecret } from '../config/secret-file.ts'
import type { Warn } from '../store/store.ts'
import type { ModelTokens } from '../workspaces/model-tokens/token-of.ts'
import type { Definitions } from '../workspaces/definition.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type { ManagedOptions } from '../workspaces/managed.ts'
import { createWorkspaceRegistry } from '../workspaces/registry.ts'
import type { ExecutorSource } from '../workspaces/shared/environments.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'
import { workspaceFolderIn } from '../environments/environments.ts'
import { environmentsRoot } from './environments.ts'
import { definitionsFrom, homesFolder, managedDefaults } from './definitions.ts'
import { savedHomesFrom } from './homes.ts'
import { directoryOf } from './directory.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where turns can run, and what keeps their processes together. */
export interface OpenWorkspaces extends AsyncDisposable {
  readonly workspaces: WorkspaceRegistry
  /** As callers see them. */
  readonly directory: WorkspaceDirectory
  readonly guard: Guard
}

export interface OpenOptions extends Pick<WatchOptions, 'means'> {
  /** The workspaces; left out: those of the settings. */
  definitions?: Definitions | undefined
  /** The valid tokens, which may name workspaces to be made; those of the settings otherwise. */
  tokens?: Pick<Tokens, 'nameWorkspace'> | undefined
  /** Throws where a workspace is not safe to use, as it is set up. It is called for each when it is first used. */
  check?: ((workspace: Workspace) => void) | undefined
  /** Takes a line for the log. */
  warn?: Warn | undefined
  /** How app-servers reach executors; there are none when left out. */
  executors?: ExecutorSource | undefined
  /** Called with each text that must from now on appear in no log. */
  onSecret?: ((secret: string) => void) | undefined
  /** Takes what is reported of the account's usage windows. */
  onWindows?: ConnectionOptions['onWindows']
}

/** Milliseconds that a turn waits for an app-server to become idle: less than it may take to start, so that it fails as one that found no room. */
const slotPatience = 20_000

/** What the persistent threads of one workspace may take. */
const threadBounds = { count: 20_000, bytes: 1_073_741_824 } // as many as there may be stored responses and threads of the API

/** Finds the CLI and prepares its homes. Throws a `GatewayError` that says what to do where that cannot be. */
export async function openWorkspaces(
  config: Config,
  env: Environment,
  {
    means,
    warn,
    definitions = definitionsFrom(config, env),
    tokens,
    check,
    onSecret,
    onWindows,
    executors
  }: OpenOptions = {}
): Promise<OpenWorkspaces> {
  const binary = await locateCodex(config.CODEX_BIN, env['PATH'])
  const guard = await watch({ binary: binary.path, searchPath: env['PATH'], means })
  const managed = managedFrom(config, env, tokens)
  const environments = environmentsRoot(config)
  try {
    const workspaces = await createWorkspaceRegistry({
      ...{ check, binary, definitions, guard, warn, onWindows, managed, outer: env },
      secretFiles: secretFiles(config),
      modelTokens: modelTokensFrom(config, onSecret),
      savedHomes: savedHomesFrom(config),
      executors,
      secretFolders: [...secretFolders(config), ...(environments === undefined ? [] : [environments])],
      environmentsOf: environments === undefined ? undefined : (id) => workspaceFolderIn(environments, id),
      roots: [...(config.CODEX_WORKSPACES_FILE ? [homesFolder(config)] : []), ...(managed ? [managed.folder] : [])],
      lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT,
      idleMs: config.CODEX_WORKSPACE_IDLE_SECONDS === 0 ? undefined : config.CODEX_WORKSPACE_IDLE_SECONDS * 1000,
      appServers: { max: config.CODEX_MAX_APP_SERVERS, patienceMs: slotPatience },
      threads: { ...threadBounds, ttlMs: config.CODEX_THREAD_TTL_HOURS * 3_600_000 }
    })
    const directory = directoryOf(workspaces, managed?.defaults)
    return { workspaces, directory, guard, [Symbol.asyncDispose]: () => disposeBoth(workspaces, guard) }
  } catch (error) {
    await guard[Symbol.asyncDispose]()
    throw error
  }
}

/** App-servers end before what clears up after them. */
async function disposeBoth(workspaces: AsyncDisposable, guard: AsyncDisposable): Promise<void> {
  try {
    await workspaces[Symbol.asyncDispose]()
  } finally {
    await guard[Symbol.asyncDispose]()
  }
}

function managedFrom(config: Config, env: Environment, tokens: OpenOptions['tokens']): ManagedOptions | undefined {
  const { CODEX_WORKSPACES_DIR: folder, CODEX_MAX_WORKSPACES: max } = config
  if (folder === undefined) return undefined
  const named = tokens ?? new Tokens(credentialsOf(config))
  return { folder, max, isNamed: (id) => named.nameWorkspace(id), defaults: managedDefaults(config, env) }
}

function secretFiles(config: Config): string[] {
  const {
    CODEX_GATEWAY_TOKEN_FILE: tokens,
    CODEX_JWT_SECRET_FILE: jwts,
    CODEX_MODEL_TOKEN_SECRET_FILE: models,
    CODEX_TOKEN_VERIFIER_SECRET_FILE: verifier
  } = config
  const { CODEX_NATS_CREDS: nats, CODEX_HOMES_CREDENTIALS_FILE: homes } = config
  return [resolve('.env'), tokens?.path, jwts?.path, nats?.path, models, verifier, homes].filter(
    (path) => path !== undefined
  )
}

function modelTokensFrom(
  { CODEX_MODEL_TOKEN_SECRET_FILE: file }: Config,
  onToken: OpenOptions['onSecret']
): ModelTokens | undefined {
  if (file === undefined) return undefined
  const secret = () => {
    const now = readSecret(file)
    onToken?.(now)
    return now
  }
  return { secret, onToken }
}

/** What the gateway and `default` store, whether or not that one is among the workspaces. */
function secretFolders({ CODEX_CLI_HOME: home, CODEX_HOMES_STORE: store }: Config): string[] {
  const own = ['gateway', '.codex', '.codex-threads', '.codex-remote'].map((name) => join(home, name))
  return store?.kind === 'folder' ? [...own, store.path] : own
}
