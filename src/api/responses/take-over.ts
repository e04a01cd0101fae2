import { readFile, unlink } from 'node:fs/promises'
import { legacyDocuments } from '../../store/legacy.ts'
import type { Kind } from '../../store/kind.ts'
import type { Records } from '../../store/records.ts'
import type { StoredResponse } from './stored-response.ts'

/** What became of the responses that a gateway before 0.2 stored as files. */
export interface TakenOver {
  /** Moved into the store. */
  taken: number
  /** Left where they are: no valid token owns them. */
  unknown: number
  /** Left where they are: they cannot be read. */
  damaged: number
}

/**
 * Moves the responses that lie in `home` as files into the store. `owners` is from an id that they may have been stored under
 * to the one they belong to now.
 */
export async function takeOverResponses(
  home: string,
  owners: ReadonlyMap<string, string>,
  { records, kind }: { records: Records<StoredResponse>; kind: Kind<StoredResponse> }
): Promise<TakenOver> {
  const result = { taken: 0, unknown: 0, damaged: 0 }
  for (const { path, id, owner, usedAt } of await legacyDocuments(home, owners.keys())) {
    if (usedAt < Date.now() - kind.bounds.ttlMs) {
      await unlink(path)
      continue
    }
    const now = owner === undefined ? undefined : owners.get(owner)
    const value = now === undefined ? undefined : await jsonIn(path)
    if (now === undefined) result.unknown += 1
    else if (!kind.schema.safeParse(value).success) result.damaged += 1
    else {
      const { continued, ...response } = value as StoredResponse & { continued?: true }
      await records.put(now, id, response)
      if (continued) records.claimHere(now, id)
      await unlink(path)
      result.taken += 1
    }
  }
  return result
}

async function jsonIn(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch {
    return undefined
  }
}
