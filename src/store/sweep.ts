import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder may hold. */
export interface Bounds {
  /** Milliseconds that a file is kept after it was last used. */
  lifeMs: number
  count: number
  bytes: number
}

interface Found {
  path: string
  usedAt: number
  bytes: number
}

/** Removes the files whose time is over, then the longest unused ones until the folder is within its bounds. */
export async function sweep(folder: string, { lifeMs, count, bytes }: Bounds): Promise<void> {
  const files = (await filesIn(folder)).sort((one, other) => other.usedAt - one.usedAt)
  const oldest = Date.now() - lifeMs
  let kept = 0
  let keptBytes = 0
  for (const file of files) {
    kept += 1
    keptBytes += file.bytes
    if (file.usedAt < oldest || kept > count || keptBytes > bytes) await unlink(file.path).catch(ignoreMissing)
  }
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
