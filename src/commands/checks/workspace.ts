import type { Config } from '../../config/config.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'
import { isWritable } from './home.ts'

/** Whether codex can work in the folder as configured. */
export async function workspaceFinding({ folder: path }: Pick<Workspace, 'folder'>, config: Config): Promise<Finding> {
  const message = `workspace ${path}`
  const sandboxes = [config.CODEX_SANDBOX, ...[...config.CODEX_MODEL_ALIASES.values()].map(({ sandbox }) => sandbox)]
  if (!sandboxes.includes('workspace-write')) return pass(message)
  if (!(await isWritable(path)))
    return fail(`${message} is not writable`, 'Give it to the user that runs the gateway, or set CODEX_WORKSPACE.')
  return pass(message)
}
