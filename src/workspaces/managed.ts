import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isWorkspaceId } from '../turn/workspace-id.ts'
import { locateWorkspace } from './definition.ts'
import type { LocatedWorkspace, WorkspaceDefinition } from './definition.ts'

/** Workspaces that nobody has defined, and that are made when they are first used. */
export interface ManagedOptions {
  /** Each has a folder in it, by its id. */
  folder: string
  /** How many there may be. */
  max: number
  /** Whether an operator has named a workspace of this id, so that it may be made. */
  isNamed: (id: string) => boolean
  /** What they have in common. */
  defaults: Omit<WorkspaceDefinition, 'id' | 'folder' | 'home'>
}

/** Makes a managed workspace, as far as it is missing. Its folder and its home lie side by side, so that its commands reach neither its home nor another's folder. */
export async function madeManaged({ folder, defaults }: ManagedOptions, id: string): Promise<LocatedWorkspace> {
  const definition = { ...defaults, id, folder: join(folder, id, 'folder'), home: join(folder, id, 'home') }
  await mkdir(definition.folder, { recursive: true, mode: 0o700 })
  return locateWorkspace(definition)
}

/** The ids of the managed workspaces that there are. */
export async function managedIds({ folder }: ManagedOptions): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() && isWorkspaceId(entry.name) ? entry.name : [])).sort()
}
