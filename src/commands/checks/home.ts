import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../workspaces/runtime.ts'
import { doubtful, right, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether the CLI's home can be written, and by nobody else. */
export async function homeFinding({ home, made }: Pick<Runtime, 'home' | 'made'>): Promise<Finding> {
  const folder = join(home, '.codex')
  const told = `home ${home}${made.length > 0 ? ', made just now' : ''}`
  if (!(await isWritable(folder)))
    return wrong(`${folder} cannot be written`, 'Give it to the user that runs the gateway, or set CODEX_CLI_HOME.')
  const { mode } = await stat(folder)
  return (mode & 0o077) === 0 ? right(told) : doubtful(`${told}; other users may look into it`, `chmod 700 ${folder}`)
}

export async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false
  )
}
