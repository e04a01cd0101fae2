import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { contains } from '../codex/files/paths.ts'
import { prepareHome } from '../codex/home/home.ts'
import { projectFolderAt } from '../codex/project/trust.ts'
import { GatewayError } from '../turn/error.ts'
import type { RemoteDefinition } from './remote-definition.ts'
import type { WorkspaceDefaults } from './workspace.ts'

/** At least one: the first is the default. */
export type Definitions = readonly [WorkspaceDefinition, ...WorkspaceDefinition[]]

/** A workspace as an operator defines it. */
export interface WorkspaceDefinition extends WorkspaceDefaults {
  id: string
  folder: string
  /** HOME of codex, of this workspace alone: `.codex` in it is CODEX_HOME. Created where it is missing. */
  home: string
  approvalPolicy: string
  /** Whether those who watch a session may answer what codex asks. */
  asks: boolean
  search: boolean
  /** CODEX_HOMEs, of which the first with a login gives it to this one where it has none. */
  loginFrom?: readonly string[] | undefined
  /** Key for the model provider. */
  apiKey?: string | undefined
  /** A Responses API instead of the login's. */
  baseUrl?: string | undefined
  /** Where a token for the model provider is fetched, in place of the key. */
  modelTokenUrl?: string | undefined
  /** Ids of the principals that may use it; all when left out. */
  principals?: readonly string[] | undefined
  /** The models that may be used; all when left out. */
  models?: readonly string[] | undefined
  /** Turns that run in it at once; no bound of its own when left out. */
  maxConcurrency?: number | undefined
  /** What TUIs may do in it; there are none when left out. */
  remote?: RemoteDefinition | undefined
}

/** A workspace whose places exist, by their canonical paths. */
export interface LocatedWorkspace {
  definition: WorkspaceDefinition
  folder: string
  untrusted: string[]
  home: string
  codexHome: string
  threadsHome: string
  /** The CODEX_HOME of the app-server that clients share. */
  sharedHome: string
  /** What the gateway itself stores. */
  store: string
  /** What was created in the home: paths. */
  created: string[]
}

/** Creates what is missing, so that it can be hidden from the codex of other workspaces. */
export async function locateWorkspace(definition: WorkspaceDefinition): Promise<LocatedWorkspace> {
  const created = await prepareHome(definition.home, definition.loginFrom)
  const [home, { path: folder, untrusted }] = await Promise.all([
    realpath(definition.home),
    projectFolderAt(definition.folder)
  ])
  const codexHome = join(home, '.codex')
  const [threadsHome, sharedHome, store] = [`${codexHome}-threads`, `${codexHome}-remote`, join(home, 'gateway')]
  const needed = [threadsHome, store, ...(definition.remote ? [sharedHome] : [])]
  await Promise.all(needed.map((path) => mkdir(path, { recursive: true, mode: 0o700 })))
  return { definition, folder, untrusted, home, codexHome, threadsHome, sharedHome, store, created }
}

/**
 * What of other workspaces must be hidden from one: their homes and folders, but for what holds a folder of its own. Where
 * an operator nests two folders, the inner workspace sees the outer one's.
 */
export function othersPaths(own: LocatedWorkspace, others: readonly LocatedWorkspace[]): string[] {
  const needed = [own.folder, own.home, ...own.definition.addDirs]
  const holds = (path: string) => needed.some((one) => contains(path, one))
  const paths = others.flatMap(({ home, codexHome, threadsHome, sharedHome, store, folder }) => [
    ...(holds(home) ? [codexHome, threadsHome, sharedHome, store] : [home]),
    folder
  ])
  return outermost(paths.filter((path) => !holds(path)))
}

/** Without those that lie in another one: in order, each comes after all that it lies in. */
function outermost(paths: readonly string[]): string[] {
  const roots: string[] = []
  for (const path of [...new Set(paths)].map((path) => `${path}/`).sort())
    if (roots.length === 0 || !path.startsWith(roots.at(-1)!)) roots.push(path)
  return roots.map((path) => path.slice(0, -1))
}

/** Throws where two have the same id or the same home. */
export function checkDistinct(definitions: Definitions, all: readonly LocatedWorkspace[]): void {
  const [ids, homes] = [new Set(definitions.map(({ id }) => id)), new Set(all.map(({ home }) => home))]
  if (ids.size < definitions.length) throw new GatewayError('engine_stopped', 'Two workspaces have the same id.')
  if (homes.size < all.length) throw new GatewayError('engine_stopped', 'Two workspaces have the same home.')
}

export function isSame(one: WorkspaceDefinition, other: WorkspaceDefinition | undefined): boolean {
  return isDeepStrictEqual(one, other)
}
