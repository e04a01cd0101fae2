import { realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GatewayError } from '../turn/error.ts'

/** The folder codex works in, and every folder whose own codex configuration must be kept from acting. Canonical paths. */
export interface Workspace {
  path: string
  /** The folder itself and the root of each git repository it lies in. A parent's entry is not inherited (codex-cli 0.169). */
  untrusted: string[]
}

/** Throws `engine_stopped` when `folder` is not there. */
export async function workspaceAt(folder: string): Promise<Workspace> {
  const path = await realpath(folder).catch(() => undefined)
  if (path === undefined || !(await stat(path)).isDirectory()) throw new GatewayError('engine_stopped', `CODEX_WORKSPACE names ${folder}, which is not a folder.`)
  return { path, untrusted: [path, ...(await gitRootsAbove(path))] }
}

async function gitRootsAbove(path: string): Promise<string[]> {
  const roots: string[] = []
  for (let folder = path; ; folder = dirname(folder)) {
    if (folder !== path && (await stat(join(folder, '.git')).then(() => true, () => false))) roots.push(folder)
    if (folder === dirname(folder)) return roots
  }
}
