import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadEntry } from 'tar'
import { bounds, isSaved } from './saved-files.ts'
import { manifestName, parseManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'

/** Writes the files, which lie in `folder`, after their manifest into an archive there. Returns its path. */
export async function packed(folder: string, files: readonly string[], manifest: Manifest): Promise<string> {
  await writeFile(join(folder, manifestName), JSON.stringify(manifest, undefined, 2))
  const file = join(folder, 'archive.tar.gz')
  const { create } = await import('tar') // few gateways save homes
  await create({ cwd: folder, file, gzip: true, portable: true, noDirRecurse: true, strict: true }, [
    manifestName,
    ...files
  ])
  return file
}

/**
 * Unpacks an archive into an empty folder. Rejects where it is damaged, or holds anything but regular files of the kinds that are saved:
 * those who can write to the store must not write anywhere else.
 */
export async function unpacked(archive: Readable, folder: string): Promise<Manifest> {
  let [count, bytes] = [0, 0]
  const check = (path: string, entry: ReadEntry) => {
    const isManifest = path === manifestName
    const isFirst = count++ === 0
    bytes += entry.size
    if (entry.type !== 'File' || isManifest !== isFirst || !(isManifest || isSaved(path)))
      throw new Error(`the archive has an entry that does not belong there: ${JSON.stringify(path.slice(0, 200))}`)
    if (count > bounds.files + 1 || bytes > bounds.bytes) throw new Error('the archive holds more than can be restored')
    entry.mode = 0o600
  }
  const refused = new AbortController()
  const { extract } = await import('tar')
  const sink = extract({
    ...{ cwd: folder, strict: true, dmode: 0o700, maxDecompressionRatio: Infinity },
    filter(path, entry) {
      try {
        if (!refused.signal.aborted) check(path, entry as ReadEntry)
      } catch (error) {
        refused.abort(error)
      }
      return !refused.signal.aborted
    }
  })
  try {
    await pipeline(archive, sink, { signal: refused.signal })
  } catch (error) {
    throw refused.signal.aborted ? refused.signal.reason : error
  }
  return parseManifest(await readFile(join(folder, manifestName), 'utf8'))
}
