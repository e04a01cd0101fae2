import { randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { GatewayError } from '../turn/error.ts'
import { folderAt, OpenFolder } from './open-folder.ts'

/**
 * Writes a file below a folder in which commands may be at work, in the place of the regular file that may be there. Nothing is
 * written to elsewhere, whatever links there are. Throws `conflict` where something else is in the way.
 */
export async function writeFileBelow(folder: string, parts: readonly string[], bytes: Uint8Array): Promise<void> {
  const name = parts.at(-1) ?? ''
  await using top = await OpenFolder.at(folder)
  await using place = await folderAt(top, parts.slice(0, -1), true).catch(() => {
    throw inTheWay()
  })
  const there = await place.look(name)
  if (there && !there.isFile()) throw inTheWay()
  const partial = `.${randomUUID()}`
  try {
    await using file = await open(place.entry(partial), 'wx', 0o644)
    await file.writeFile(bytes)
    await rename(place.entry(partial), place.entry(name))
  } catch (error) {
    await unlink(place.entry(partial)).catch(() => {})
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') throw inTheWay()
    throw error
  }
}

const inTheWay = () => new GatewayError('conflict', 'Something that is no regular file, or no folder, is at this path.')
