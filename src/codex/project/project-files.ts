import { statSync } from 'node:fs'
import { join } from 'node:path'
import { instructionFiles } from '../files/instruction-files.ts'
import { upwardsFrom } from '../files/paths.ts'

/**
 * What tells whether a thread that is started now would read other files of the user's than one started earlier
 * (codex-cli 0.169 reads them when a thread starts): their times and sizes, in the folders from `cwd` up and in CODEX_HOME.
 */
export function projectFilesAt(cwd: string, codexHome: string): string {
  const paths = [
    join(codexHome, 'config.toml'),
    ...[...upwardsFrom(cwd), codexHome].flatMap((folder) => instructionFiles.map((name) => join(folder, name)))
  ]
  return paths.map(stamp).join()
}

/** Nothing for what cannot be looked at, such as a link to itself: a command may have made it. */
function stamp(path: string): string {
  try {
    const file = statSync(path, { throwIfNoEntry: false })
    return file ? `${file.mtimeMs}:${file.size}` : ''
  } catch {
    return ''
  }
}
