import { join, relative } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'
import { isWritable } from './home.ts'

/** The gateway's own folder. */
const gateway = join(import.meta.dirname, '..', '..', '..')

/** Whether codex can work in the folder as configured, and cannot change what controls it. */
export async function workspaceFinding(
  { folder: path, home }: Pick<Workspace, 'folder' | 'home'>,
  config: Config
): Promise<Finding> {
  const message = `workspace ${path}`
  const sandboxes = [config.CODEX_SANDBOX, ...[...config.CODEX_MODEL_ALIASES.values()].map(({ sandbox }) => sandbox)]
  if (!sandboxes.includes('workspace-write')) return pass(message)
  const writable = [path, ...config.CODEX_ADD_DIRS]
  if (!(await isWritable(path)))
    return fail(`${message} is not writable`, 'Give it to the user that runs the gateway, or set CODEX_WORKSPACE.')
  if (writable.some((folder) => contains(folder, home))) {
    return fail(
      `${message} is writable and contains ${home}: a command could turn off the sandbox there`,
      'Set CODEX_WORKSPACE and CODEX_CLI_HOME to separate folders.'
    )
  }
  if (writable.some((folder) => contains(folder, gateway)))
    return warn(`${message} is writable and contains the gateway itself`, 'Set CODEX_WORKSPACE to a folder of its own.')
  return pass(message)
}

function contains(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith('..')
}
