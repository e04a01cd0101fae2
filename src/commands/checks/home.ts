import { access, constants, stat } from 'node:fs/promises'
import type { Workspace } from '../../workspaces/workspace.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether the CLI's home is writable, and closed to other users. */
export async function homeFinding({
  home,
  homes,
  created
}: Pick<Workspace, 'home' | 'homes' | 'created'>): Promise<Finding> {
  const folder = homes.ephemeral.path
  const message = `home ${home}${created.length > 0 ? ', just created' : ''}`
  if (!(await isWritable(folder)))
    return fail(`${folder} is not writable`, 'Give it to the user that runs the gateway, or set CODEX_CLI_HOME.')
  const { mode } = await stat(folder)
  return (mode & 0o077) === 0 ? pass(message) : warn(`${message}; other users can read it`, `chmod 700 ${folder}`)
}

export async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false
  )
}
