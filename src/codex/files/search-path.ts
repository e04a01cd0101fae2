import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'

/** The programs of this name on a PATH, in its order. Absolute paths; an empty entry is no folder. */
export async function* programsOn(searchPath: string, name: string): AsyncGenerator<string> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(resolve(folder), name)
    if (folder !== '' && (await isExecutable(path))) yield path
  }
}

/** The program that a shell would run; undefined when there is none. */
export async function programOn(searchPath: string, name: string): Promise<string | undefined> {
  for await (const path of programsOn(searchPath, name)) return path
  return undefined
}

/** Whether this is a file that this process may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
