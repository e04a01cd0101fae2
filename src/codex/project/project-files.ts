import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const names = ['AGENTS.md', 'AGENTS.override.md']

/**
 * What tells whether a thread that is started now would read other files of the user's than one started earlier
 * (codex-cli 0.169 reads them when a thread starts): their times and sizes, in the folders from `cwd` up and in CODEX_HOME.
 */
export function projectFilesAt(cwd: string, codexHome: string): string {
  const paths = [
    join(codexHome, 'config.toml'),
    ...[...upFrom(cwd), codexHome].flatMap((folder) => names.map((name) => join(folder, name)))
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

function upFrom(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upFrom(parent)]
}
