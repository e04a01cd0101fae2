import { capabilitiesOf } from '../codex/binary/capabilities.ts'
import type { Capabilities } from '../codex/binary/capabilities.ts'
import type { CodexBinary } from '../codex/binary/locate.ts'
import { GatewayError } from '../turn/error.ts'
import type { WorkspaceState } from './activity.ts'
import { AppServerSlots } from './app-server-slots.ts'
import { buildWorkspace } from './build.ts'
import type { BuiltWorkspace, WorkspaceContext } from './build.ts'
import type { Definitions } from './definition.ts'
import { HomeEntry } from './shared/home-entry.ts'
import type { SharedCodex } from './shared/shared-codex.ts'
import { KnownWorkspaces } from './known-workspaces.ts'
import type { KnownOptions } from './known-workspaces.ts'
import type { Workspace, Workspaces } from './workspace.ts'

/** The installed CLI, inspected once for all workspaces. */
export interface InstalledCodex {
  binary: CodexBinary
  capabilities: Capabilities
}

/** The workspaces of this gateway. Disposing of it stops their app-servers. */
export interface WorkspaceRegistry extends Workspaces, AsyncDisposable {
  readonly codex: InstalledCodex
  /** The first of the definitions at the start, built. */
  readonly default: Workspace
  /** Those that an operator has defined, in their order. */
  readonly definitions: Definitions
  /** Builds a workspace at the first call, and makes a managed one; one whose building failed is built again. */
  get(id?: string): Promise<Workspace>
  /** Whether a codex of it runs; `stopped` where there is none of this id. */
  stateOf(id: string): WorkspaceState
  /** What remote clients share in it; undefined where that has not been used. */
  sharedOf(id: string): SharedCodex | undefined
  /** Those of all workspaces that have been used. */
  allShared(): SharedCodex[]
  /**
   * From now on these are defined, and no others; turns that run end as they began. Rejects, and changes nothing, where that
   * cannot be.
   */
  replace(definitions: Definitions): Promise<void>
}

export interface RegistryOptions
  extends
    Omit<WorkspaceContext, 'binary' | 'capabilities' | 'slots' | 'sharedHomes'>,
    Omit<KnownOptions, 'hidesRoots'> {
  binary: CodexBinary
  definitions: Definitions
  /** Throws where a workspace is not safe to use as it is set up; it is then not used, and a line goes to the log. */
  check?: ((workspace: Workspace) => void) | undefined
  /** App-servers that run at once, and milliseconds to wait until one is idle; no bound when left out. */
  appServers?: { max: number; patienceMs: number } | undefined
}

/** Throws a `GatewayError`, whose message tells the operator what to repair, where a folder is missing or two workspaces have the same home or id. */
export async function createWorkspaceRegistry(options: RegistryOptions): Promise<WorkspaceRegistry> {
  const { binary, definitions, guard, appServers } = options
  const known = new KnownWorkspaces({ ...options, hidesRoots: guard.means === 'namespace' })
  await known.replace(definitions)
  let inspected: Promise<Capabilities> | undefined
  const capabilities = (env: Record<string, string>) => (inspected ??= capabilitiesOf(binary.path, env))
  const slots = new AppServerSlots(appServers?.max, appServers?.patienceMs)
  const built = new BuiltWorkspaces(known, {
    ...options,
    ...{ binary: binary.path, capabilities, slots },
    sharedHomes: new HomeEntry()
  })
  const first = await built.get(definitions[0].id)
  const check = checkOnce(options)
  return {
    codex: { binary, capabilities: await capabilities(first.homes.ephemeral.env) },
    default: first,
    get definitions() {
      return known.definitions
    },
    async get(id = known.definitions[0].id) {
      const workspace = await built.get(id)
      check(workspace)
      return workspace
    },
    stateOf: (id) => built.stateOf(id),
    sharedOf: (id) => built.sharedOf(id),
    allShared: () => built.allShared(),
    async replace(next) {
      for (const id of await known.replace(next)) built.retire(id)
    },
    [Symbol.asyncDispose]: () => built[Symbol.asyncDispose]()
  }
}

function checkOnce({ check, warn }: RegistryOptions): (workspace: Workspace) => void {
  const passed = new WeakSet<Workspace>()
  return (workspace) => {
    if (passed.has(workspace)) return
    try {
      check?.(workspace)
      passed.add(workspace)
    } catch (cause) {
      warn?.({ workspace: workspace.id, cause: (cause as Error).message }, 'a workspace is not safe to use')
      throw new GatewayError('engine_stopped', 'This workspace is not safe to use. The log of the gateway says why.', {
        cause
      })
    }
  }
}

/** The workspaces that have been used, each built once. */
class BuiltWorkspaces implements AsyncDisposable {
  readonly #known: KnownWorkspaces
  readonly #context: WorkspaceContext
  readonly #building = new Map<string, Promise<BuiltWorkspace>>()
  readonly #ready = new Map<string, BuiltWorkspace>()
  /** Those that get no more turns, until their last one is over. */
  readonly #retired = new Set<BuiltWorkspace>()

  constructor(known: KnownWorkspaces, context: WorkspaceContext) {
    this.#known = known
    this.#context = context
  }

  get(id: string): Promise<BuiltWorkspace> {
    const known = this.#building.get(id)
    if (known !== undefined) return known
    const building = this.#build(id)
    this.#building.set(id, building)
    building.then(
      (workspace) => {
        if (this.#isCurrent(id, building)) this.#ready.set(id, workspace)
        else void this.#end(workspace)
      },
      () => {
        if (this.#isCurrent(id, building)) this.#building.delete(id)
      }
    )
    return building
  }

  stateOf(id: string): WorkspaceState {
    return this.#ready.get(id)?.state ?? (this.#building.has(id) ? 'starting' : 'stopped')
  }

  sharedOf(id: string): SharedCodex | undefined {
    return this.#ready.get(id)?.shared
  }

  allShared(): SharedCodex[] {
    return [...this.#ready.values()].flatMap(({ shared }) => shared ?? [])
  }

  /** The next call builds it again, as it is then. */
  retire(id: string): void {
    const workspace = this.#ready.get(id)
    this.#building.delete(id)
    this.#ready.delete(id)
    if (workspace) void this.#end(workspace)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#building.values())
    await Promise.all([...this.#ready.values(), ...this.#retired].map((one) => one[Symbol.asyncDispose]()))
  }

  async #build(id: string): Promise<BuiltWorkspace> {
    const { located, secrets, activity } = await this.#known.find(id)
    return buildWorkspace(located, { secrets, activity }, this.#context)
  }

  #isCurrent(id: string, building: Promise<BuiltWorkspace>): boolean {
    return this.#building.get(id) === building
  }

  async #end(workspace: BuiltWorkspace): Promise<void> {
    this.#retired.add(workspace)
    void workspace.shared?.stop('The settings of this workspace have changed.')
    await workspace.activity.idle()
    await workspace[Symbol.asyncDispose]()
    this.#retired.delete(workspace)
  }
}
