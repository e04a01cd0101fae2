import type { Connection } from '../codex/app-server/connection.ts'
import { placeIn } from '../codex/files/place-in.ts'
import type { OpenSecret } from '../codex/home/concealment.ts'
import type { Login } from '../codex/home/login.ts'
import type { Bounds } from '../codex/home/permissions.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import type { CodexSettings } from '../codex/home/settings.ts'
import type { UserConfig } from '../codex/home/user-config.ts'
import type { View } from '../codex/process/isolation.ts'
import type { PersistentThreads } from '../codex/threads/persistent-threads.ts'
import { narrowerSandbox } from '../turn/sandbox.ts'
import type { Effort, ProfileName, SandboxMode, TurnRequest } from '../turn/request.ts'
import { GatewayError } from '../turn/error.ts'
import { isPersistent } from '../turn/thread.ts'
import type { RemoteDefinition } from './remote-definition.ts'
import type { SharedCodex } from './shared/shared-codex.ts'
import type { AppServerSupervisor } from './app-server-supervisor.ts'

/**
 * One CODEX_HOME. A workspace has two, and so up to two app-servers: where a home has a `sessions` folder, each ephemeral
 * thread takes about twice as long to start (codex-cli 0.169).
 */
export interface CodexHome {
  /** Canonical. */
  readonly path: string
  /** Whole environment of a codex in this home. */
  readonly env: Readonly<Record<string, string>>
  /** What a codex in this home sees otherwise than others, where this machine has namespaces: no secret that it does not need. */
  readonly view: () => View
  /** Keeps from the commands of agents what is not hidden from codex. */
  readonly bounds: Bounds
  /** Secret files that commands could read while they are replaced. */
  readonly open: () => OpenSecret[]
  readonly appServer: AppServerSupervisor<Connection>
  /** Resolves when a turn may begin in a codex of its own; to be disposed of when nothing of it is left. A lease of `appServer` does it itself. */
  readonly enter: (signal?: AbortSignal) => Promise<Disposable>
}

/** Defaults for what a request leaves out. */
export interface WorkspaceDefaults {
  readonly model?: string | undefined
  readonly effort?: Effort | undefined
  readonly profile: ProfileName
  readonly sandbox: SandboxMode
  /** The widest that a turn may have, whatever its model's alias says; no bound when left out. */
  readonly widestSandbox?: SandboxMode | undefined
  /** More folders that `workspace-write` may write. */
  readonly addDirs: readonly string[]
  readonly skipGitRepoCheck: boolean
}

/** Where turns run: a folder, the homes of its codex, and all that holds for every turn in it. */
export interface Workspace extends WorkspaceDefaults, AsyncDisposable {
  readonly id: string
  /** The folder that codex works in. Canonical. */
  readonly folder: string
  /** The folder and all above it, in whose name its own codex configuration could act. */
  readonly untrusted: readonly string[]
  /** HOME of codex. Canonical. */
  readonly home: string
  /** What was created in the home: paths. */
  readonly created: readonly string[]
  readonly userConfig: UserConfig
  /** For turns whose thread ends with them, and for those whose thread is stored. */
  readonly homes: { readonly ephemeral: CodexHome; readonly persistent: CodexHome }
  /** The settings of every turn, by dotted key. */
  readonly settings: CodexSettings
  /** What each profile adds to them. */
  readonly profiles: Readonly<Record<ProfileName, CodexSettings>>
  /** Both together as arguments of `codex exec`. */
  readonly layers: Readonly<Record<ProfileName, readonly string[]>>
  /** Path of a model catalog without tools of its own, for turns with the caller's. */
  readonly plainCatalog?: string | undefined
  /** The same, whose models can lead others. */
  readonly leadingCatalog?: string | undefined
  /** The same, whose models can also search for functions. */
  readonly capableCatalog?: string | undefined
  readonly secrets: Secrets
  /** The persistent threads. */
  readonly threads: PersistentThreads
  /** Checked each time: a user may log in while the gateway runs. */
  readonly login: () => Promise<Login>
  /** The app-server that clients share; undefined where there are none. */
  readonly shared?: SharedCodex | undefined
  /** What those clients may do at most. */
  readonly remote?: RemoteDefinition | undefined
  /** The models that may be used; all when left out. */
  readonly models?: readonly string[] | undefined
}

/** Where one turn runs. */
export interface TurnPlace {
  readonly workspace: Workspace
  readonly home: CodexHome
  /** Where it works, if that is not the workspace's folder itself. Canonical. */
  readonly folder?: string | undefined
}

/** Finds workspaces by their id; the default one without. Rejects with `workspace_not_found` where there is none of that name. */
export interface Workspaces {
  get(id?: string): Promise<Workspace>
}

/** The sandboxes that turns in a workspace may have, by its definition or by an alias of the operator's. */
export function sandboxesIn(
  { sandbox, widestSandbox }: WorkspaceDefaults,
  aliases: Iterable<{ sandbox?: SandboxMode | undefined }>
): SandboxMode[] {
  const all = [sandbox, ...[...aliases].flatMap((alias) => alias.sandbox ?? [])]
  return widestSandbox === undefined ? all : all.map((one) => narrowerSandbox(one, widestSandbox))
}

/** Rejects with a `GatewayError` where there is no such workspace, and where it does not allow what the turn asks for. */
export async function placeOf(request: TurnRequest, workspaces: Workspaces): Promise<TurnPlace> {
  const workspace = await workspaces.get(request.workspace)
  if (request.webSearch && workspace.settings['web_search'] === 'disabled')
    throw new GatewayError('unsupported', 'Searching the web is off in this workspace.', { param: 'tools' })
  const home = isPersistent(request) ? workspace.homes.persistent : workspace.homes.ephemeral
  return { workspace, home, ...(request.folder !== undefined && { folder: await folderOf(request.folder, workspace) }) }
}

/** The header by which all protocols name the folder. */
const param = 'x-codex-folder'

/** Rejects where there is no such folder in the workspace. */
export function folderOf(folder: string, workspace: Pick<Workspace, 'folder'>): Promise<string> {
  return placeIn(workspace.folder, folder, { kind: 'folder', param })
}
