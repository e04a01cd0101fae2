import { createHmac, timingSafeEqual } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of the store before 0.2: JSON, with its owner in its name. */
export interface LegacyDocument {
  path: string
  /** The id it was found by: 48 hex digits. */
  id: string
  /** Undefined when it is none of the given ones. */
  owner: string | undefined
  /** Unix milliseconds. */
  usedAt: number
}

/** The documents that the store before 0.2 left in `home`, with which of these owners each belongs to. */
export async function legacyDocuments(home: string, owners: Iterable<string>): Promise<LegacyDocument[]> {
  const folder = join(home, 'responses')
  const key = await readFile(join(home, 'key')).catch(() => undefined)
  const files = key === undefined ? [] : await readdir(folder).catch(() => [])
  const candidates = [...owners]
  const found: LegacyDocument[] = []
  for (const file of files) {
    const id = /^([0-9a-f]{48})\.json$/.exec(file)?.[1]
    if (id === undefined || key === undefined) continue
    const path = join(folder, file)
    const owner = candidates.find((candidate) => isSealedFor(candidate, id, key))
    found.push({ path, id, owner, usedAt: (await stat(path)).mtimeMs })
  }
  return found
}

/** The second half of a name binds the first, which is random, to its owner. */
function isSealedFor(owner: string, id: string, key: Buffer): boolean {
  const [random, seal] = [id.slice(0, 24), id.slice(24)]
  const expected = createHmac('sha256', key).update(`${random}:${owner}`).digest('hex').slice(0, 24)
  return timingSafeEqual(Buffer.from(seal), Buffer.from(expected))
}
