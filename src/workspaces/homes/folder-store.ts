import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectStore } from './object-store.ts'

/** Milliseconds after which an unfinished write is taken for what a crash has left. */
const abandonedAfter = 86_400_000

/**
 * Keeps each object as a file, named by its version, in a folder of its own. A new version is a hard link that only one writer can
 * make, on a network file system too.
 */
export function folderStore(root: string): ObjectStore {
  const folderOf = (key: string) => join(root, key)
  return {
    name: `the folder ${root}`,
    async get(key) {
      for (;;) {
        const version = (await versionsIn(folderOf(key))).at(-1)
        if (version === undefined) return undefined
        const file = await open(join(folderOf(key), version)).catch(ifMissing)
        if (file) return { version, body: file.createReadStream() } // else it has just been replaced
      }
    },
    async put(key, content, expected) {
      const folder = folderOf(key)
      await makeFolder(folder)
      const next = String(Number(expected ?? 0) + 1)
      const written = await writtenIn(folder, content)
      try {
        if ((await versionsIn(folder)).at(-1) !== expected) return undefined
        if (!(await linked(written, join(folder, next)))) return undefined
        const versions = await versionsIn(folder)
        const isNewest = versions.at(-1) === next // else two others were written meanwhile, and this number was free again
        const old = isNewest ? versions.slice(0, -1) : [next]
        for (const version of old) await unlink(join(folder, version)).catch(ifMissing)
        return isNewest ? next : undefined
      } finally {
        await unlink(written)
      }
    },
    delete: (key) => rm(folderOf(key), { recursive: true, force: true })
  }
}

/** Node's own recursive `mkdir` (20 to 24) tries for ever where the system makes no folder, as below `/proc`. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 })
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) return ifThere(error)
    await makeFolder(dirname(path))
    await make().catch(ifThere)
  })
}

/** In ascending order. */
async function versionsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ifMissing)) ?? []
  return names.filter((name) => /^\d+$/.test(name)).sort((one, other) => Number(one) - Number(other))
}

/** A file of this content that survives a power failure. Removes what crashes have left. */
async function writtenIn(folder: string, content: Blob): Promise<string> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const isOld = async () => ((await stat(path).catch(ifMissing))?.mtimeMs ?? Infinity) < Date.now() - abandonedAfter
    if (name.startsWith('.') && (await isOld())) await rm(path, { force: true })
  }
  const path = join(folder, `.${randomUUID()}`)
  const file = await open(path, 'wx', 0o600)
  try {
    await pipeline(Readable.fromWeb(content.stream()), file.createWriteStream({ flush: true }))
    return path
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** False where there is such a file already. */
async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
      return false
    }
  )
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function ifThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
