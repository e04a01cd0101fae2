import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where package.json lies: the folder above `src`, and above `dist`, where all modules share a few files. */
export const packageFolder: string = holderOf('package.json', import.meta.dirname)

function holderOf(name: string, folder: string): string {
  const parent = dirname(folder)
  return existsSync(join(folder, name)) || parent === folder ? folder : holderOf(name, parent)
}
