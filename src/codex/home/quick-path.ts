import { constants } from 'node:fs'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/**
 * A PATH on which codex finds out at once what system this is. It runs `lsb_release -a` twice at each start, to say it in a header
 * (codex-cli 0.169); where that is a script, as on Debian, they take a sixth of the start. It then reads /etc/os-release instead.
 * The commands that the model runs have no CODEX_HOME, and get the real one. Unchanged where there is none.
 */
export async function quickPath(home: string, searchPath: string): Promise<string> {
  const real = await firstOn(searchPath, 'lsb_release')
  if (real === undefined) return searchPath
  const folder = join(home, 'bin')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `lsb_release.${process.pid}`)
  await writeFile(
    draft,
    `#!/bin/sh\n[ -n "\${CODEX_HOME-}" ] || exec '${real.replaceAll("'", "'\\''")}' "$@"\nexit 1\n`,
    { mode: 0o700 }
  )
  await rename(draft, join(folder, 'lsb_release'))
  return [folder, searchPath].join(delimiter)
}

async function firstOn(searchPath: string, name: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name)
    if (
      folder.startsWith('/') &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false
      ))
    )
      return path
  }
  return undefined
}
