import { join, relative } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Runtime } from '../../workspaces/runtime.ts'
import { doubtful, right, wrong } from './finding.ts'
import type { Finding } from './finding.ts'
import { isWritable } from './home.ts'

/** The gateway's own folder. */
const gateway = join(import.meta.dirname, '..', '..', '..')

/** Whether codex can work in the folder as the settings want it, without getting at what governs it. */
export async function workspaceFinding(
  { workspace, home }: Pick<Runtime, 'workspace' | 'home'>,
  config: Config
): Promise<Finding> {
  const told = `workspace ${workspace.path}`
  const sandboxes = [config.CODEX_SANDBOX, ...[...config.CODEX_MODEL_ALIASES.values()].map(({ sandbox }) => sandbox)]
  if (!sandboxes.includes('workspace-write')) return right(told)
  const writable = [workspace.path, ...config.CODEX_ADD_DIRS]
  if (!(await isWritable(workspace.path)))
    return wrong(`${told} cannot be written`, 'Give it to the user that runs the gateway, or set CODEX_WORKSPACE.')
  if (writable.some((folder) => holds(folder, home))) {
    return wrong(
      `${told} is writable and holds ${home}: a command could tell codex there to run others without a sandbox`,
      'Set CODEX_WORKSPACE and CODEX_CLI_HOME apart.'
    )
  }
  if (writable.some((folder) => holds(folder, gateway)))
    return doubtful(`${told} is writable and holds the gateway itself`, 'Set CODEX_WORKSPACE to a folder of its own.')
  return right(told)
}

function holds(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith('..')
}
