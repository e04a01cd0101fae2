import { randomUUID } from 'node:crypto'
import { chmod, rename, rmdir, unlink } from 'node:fs/promises'
import { OpenFolder, unless } from './open-folder.ts'

/**
 * Deletes all in a folder, however deep it is and whoever may read it: what lies in a folder inside is first brought up.
 * No link is followed.
 */
export async function emptyFolder(path: string): Promise<void> {
  await using folder = await OpenFolder.at(path)
  for (let isEmpty = false; !isEmpty;) {
    isEmpty = true
    for await (const name of folder.entries()) {
      isEmpty = false
      if (await isFolder(folder, name)) await bringUp(folder, name)
      else await unlink(folder.entry(name)).catch(unless('ENOENT'))
    }
  }
}

const isFolder = async (folder: OpenFolder, name: Buffer) => (await folder.look(name))?.isDirectory() === true

async function bringUp(top: OpenFolder, name: Buffer): Promise<void> {
  await chmod(top.entry(name), 0o700)
  {
    await using inner = await top.folder(name)
    for await (const entry of inner.entries()) {
      if (await isFolder(inner, entry)) {
        await chmod(inner.entry(entry), 0o700) // else it cannot be moved
        await rename(inner.entry(entry), top.entry(randomUUID()))
      } else await unlink(inner.entry(entry)).catch(unless('ENOENT'))
    }
  }
  await rmdir(top.entry(name)).catch(unless('ENOTEMPTY'))
}
