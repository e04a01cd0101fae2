import { join } from 'node:path'
import { capabilitiesOf } from '../codex/binary/capabilities.ts'
import type { Capabilities } from '../codex/binary/capabilities.ts'
import type { CodexBinary } from '../codex/binary/locate.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { GatewayError } from '../turn/error.ts'
import { buildWorkspace } from './build.ts'
import type { WorkspaceContext } from './build.ts'
import { locateWorkspace, othersPaths } from './definition.ts'
import type { LocatedWorkspace, WorkspaceDefinition } from './definition.ts'
import type { Workspace, Workspaces } from './workspace.ts'

/** The installed CLI, inspected once for all workspaces. */
export interface InstalledCodex {
  binary: CodexBinary
  capabilities: Capabilities
}

/** The workspaces of this gateway. Disposing of it stops their app-servers. */
export interface WorkspaceRegistry extends Workspaces, AsyncDisposable {
  readonly codex: InstalledCodex
  /** The first of the definitions, which is built from the start. */
  readonly default: Workspace
  /** Of all definitions, in their order. */
  readonly ids: readonly string[]
  /** Builds a workspace at the first call; one whose building failed is built again. */
  get(id?: string): Promise<Workspace>
}

export interface RegistryOptions extends Omit<WorkspaceContext, 'binary' | 'capabilities'> {
  binary: CodexBinary
  definitions: readonly [WorkspaceDefinition, ...WorkspaceDefinition[]]
  /** The gateway's own files that no command may read. */
  secretFiles: readonly string[]
}

/** Throws a `GatewayError`, whose message tells the operator what to repair, where a folder is missing or two workspaces have the same home or id. */
export async function createWorkspaceRegistry(options: RegistryOptions): Promise<WorkspaceRegistry> {
  const { binary, definitions, secretFiles } = options
  const located = await Promise.all(definitions.map(locateWorkspace))
  checkDistinct(located)
  const byId = new Map(located.map((one) => [one.definition.id, one]))
  const built = new Map<string, Promise<Workspace>>()
  let capabilitiesOnce: Promise<Capabilities> | undefined
  const capabilities = (env: Record<string, string>) => (capabilitiesOnce ??= capabilitiesOf(binary.path, env))
  const build = (one: LocatedWorkspace) =>
    buildWorkspace(one, secretsOf(one, located, secretFiles), { ...options, binary: binary.path, capabilities })
  const [first] = definitions
  const get = (id = first.id): Promise<Workspace> => {
    const known = built.get(id)
    if (known !== undefined) return known
    const one = byId.get(id)
    if (one === undefined) return Promise.reject(unknown(id))
    const building = build(one)
    built.set(id, building)
    building.catch(() => built.delete(id))
    return building
  }
  const workspace = await get()
  return {
    codex: { binary, capabilities: await capabilities(workspace.homes.ephemeral.env) },
    default: workspace,
    ids: [...byId.keys()],
    get,
    async [Symbol.asyncDispose]() {
      const dispose = (one: Workspace) => one[Symbol.asyncDispose]()
      await Promise.all([...built.values()].map((one) => one.then(dispose, () => {})))
    }
  }
}

function secretsOf(one: LocatedWorkspace, all: readonly LocatedWorkspace[], files: readonly string[]): Secrets {
  const others = all.filter((other) => other !== one)
  return {
    logins: [one, ...others].map(({ codexHome }) => join(codexHome, 'auth.json')),
    files,
    folders: [one.store, one.threadsHome, ...othersPaths(one, others)]
  }
}

function checkDistinct(all: readonly LocatedWorkspace[]): void {
  const [ids, homes] = [new Set(all.map(({ definition }) => definition.id)), new Set(all.map(({ home }) => home))]
  if (ids.size < all.length) throw new GatewayError('engine_stopped', 'Two workspaces have the same id.')
  if (homes.size < all.length) throw new GatewayError('engine_stopped', 'Two workspaces have the same home.')
}

/** For turns that were accepted before their workspace vanished: what callers may not use is refused before. */
function unknown(id: string): GatewayError {
  return new GatewayError('workspace_not_found', `There is no workspace ${JSON.stringify(id.slice(0, 128))}.`)
}
