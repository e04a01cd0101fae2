import { chownSync, lstatSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AttackedGateway } from './gateway.ts'

/** Writes a file of the gateway's user as editors and rotations do: a new one, renamed over the old. */
export function replaceFile(
  { folder, place }: Pick<AttackedGateway, 'folder' | 'place'>,
  name: string,
  text: string
): void {
  const [path, next] = [join(folder, name), join(folder, `${name}.next`)]
  writeFileSync(next, text, { mode: 0o600 })
  if (place?.uid !== undefined) chownSync(next, place.uid, place.uid)
  renameSync(next, path)
}

/** Bytes of all files below a folder, without what links lead to. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const file = lstatSync(join(folder, name), { throwIfNoEntry: false })
    return sum + (file?.isFile() ? file.size : 0)
  }, 0)
}
