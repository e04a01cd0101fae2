import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder may hold. */
export interface Bounds {
  /** Milliseconds that a file is kept after it was last used. */
  lifeMs: number
  count: number
  bytes: number
}

/** A file. `usedAt` in ms. */
interface Found {
  path: string
  usedAt: number
  bytes: number
}

/** Removes what the folder holds beyond its bounds. */
export async function sweep(folder: string, bounds: Bounds): Promise<void> {
  for (const { path } of surplus(await filesIn(folder), bounds)) await unlink(path).catch(ignoreMissing)
}

/** The files whose time is over, and the longest unused ones beyond the other bounds. */
export function surplus<F extends Omit<Found, 'path'>>(files: readonly F[], { lifeMs, count, bytes }: Bounds): F[] {
  const oldest = Date.now() - lifeMs
  let kept = 0
  let keptBytes = 0
  return files
    .toSorted((one, other) => other.usedAt - one.usedAt)
    .filter((file) => {
      kept += 1
      keptBytes += file.bytes
      return file.usedAt < oldest || kept > count || keptBytes > bytes
    })
}

async function filesIn(folder: string): Promise<Found[]> {
  const found: Found[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const stats = await stat(path).catch(ignoreMissing)
    if (stats?.isFile()) found.push({ path, usedAt: stats.mtimeMs, bytes: stats.size })
  }
  return found
}

/** Another process may sweep the same folder. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
