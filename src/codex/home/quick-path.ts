import { mkdir, rename, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { programOn } from '../files/search-path.ts'

/**
 * Programs that codex (0.169) runs by itself, outside of its sandbox, and the exit code it gets instead: `lsb_release -a`
 * twice at each start, to name the system in a header, which where that is a script takes a sixth of the start, and about seven
 * `git` in each turn, to note commit and changes, which run what the workspace's `.git/config` names as a filter.
 */
const unanswered: Readonly<Record<string, number>> = { lsb_release: 1, git: 128 }

/**
 * A PATH on which these programs do nothing for codex. The commands that the model runs have no CODEX_HOME, and get the
 * real ones. Unchanged where none of them is installed.
 */
export async function quickPath(home: string, searchPath: string): Promise<string> {
  const folder = join(home, 'bin')
  const others = searchPath
    .split(delimiter)
    .filter((path) => path !== folder)
    .join(delimiter)
  const written = await Promise.all(
    Object.entries(unanswered).map(async ([name, code]) => {
      const real = await programOn(others, name)
      if (real !== undefined) await writeProgram(folder, name, real, code)
      return real !== undefined
    })
  )
  return written.includes(true) ? [folder, others].join(delimiter) : searchPath
}

async function writeProgram(folder: string, name: string, real: string, code: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `${name}.${process.pid}`)
  const script = `#!/bin/sh\n[ -n "\${CODEX_HOME-}" ] || exec '${real.replaceAll("'", "'\\''")}' "$@"\nexit ${code}\n`
  await writeFile(draft, script, { mode: 0o700 })
  await rename(draft, join(folder, name))
}
