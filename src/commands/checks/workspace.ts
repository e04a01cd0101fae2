import { defaultId } from '../../config/workspaces-file.ts'
import type { Config } from '../../config/config.ts'
import { sandboxesIn } from '../../workspaces/workspace.ts'
import type { Workspace, WorkspaceDefaults } from '../../workspaces/workspace.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'
import { isWritable } from './home.ts'

/** Whether codex can work in the folder as configured. */
export async function workspaceFinding(
  { id, folder, ...defaults }: WorkspaceDefaults & Pick<Workspace, 'id' | 'folder'>,
  { CODEX_MODEL_ALIASES: aliases }: Pick<Config, 'CODEX_MODEL_ALIASES'>
): Promise<Finding> {
  const isDefault = id === defaultId
  const message = isDefault ? `workspace ${folder}` : `workspace ${id}: ${folder}`
  if (!sandboxesIn(defaults, aliases.values()).includes('workspace-write') || (await isWritable(folder)))
    return pass(message)
  const advice = isDefault ? 'set CODEX_WORKSPACE' : 'change its folder in the file of workspaces'
  return fail(`${message} is not writable`, `Give it to the user that runs the gateway, or ${advice}.`)
}
