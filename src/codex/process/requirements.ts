import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where codex (0.169) reads bounds that neither its configuration nor a client can widen, and nowhere else. */
const folder = '/etc/codex'
const path = join(folder, 'requirements.toml')

/** Whether the operator of this machine has bounds of his own for every codex, which stay as they are. */
export function hasRequirements(): boolean {
  return existsSync(path)
}

/**
 * Arguments of bubblewrap that show a file as the requirements of the machine; none where it has its own. The changes of the
 * overlay are seen in that namespace alone. To be given before what hides files in `/etc`.
 */
export function requirementsMounts(file: string): string[] {
  if (hasRequirements()) return []
  const changed = existsSync(folder) ? folder : '/etc'
  const made = changed === folder ? [] : ['--dir', folder]
  return ['--overlay-src', changed, '--tmp-overlay', changed, ...made, '--ro-bind', file, path]
}
