import { realpath, stat } from 'node:fs/promises'
import { GatewayError } from '../../turn/error.ts'
import { upwardsFrom } from '../files/paths.ts'

/** The folder codex works in, and every folder in whose name its own codex configuration could act. Canonical paths. */
export interface ProjectFolder {
  path: string
  /** The folder and all above it: a user's trust in any of them would let the project's own MCP commands run (codex-cli 0.169). */
  untrusted: string[]
}

/** Throws `engine_stopped` when `folder` is not there. */
export async function projectFolderAt(folder: string): Promise<ProjectFolder> {
  const path = await realpath(folder).catch(() => undefined)
  if (path === undefined || !(await stat(path)).isDirectory())
    throw new GatewayError(
      'engine_stopped',
      `CODEX_WORKSPACE, or the file of workspaces, names ${folder}, which is not a folder.`
    )
  return { path, untrusted: upwardsFrom(path) }
}
