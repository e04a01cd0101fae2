import { GatewayError } from '../turn/error.ts'
import { folderAt, OpenFolder } from './open-folder.ts'
import { TooManyFiles, walk } from './walk.ts'

/** Which files of an environment are wanted: below a folder, at most `limit` behind the path `after`. */
export interface FilesWish {
  below: readonly string[]
  after?: readonly string[] | undefined
  order: 'asc' | 'desc'
  limit: number
}

export interface FoundFile {
  parts: readonly string[]
  size: number
}

/** A page of the regular files of a folder, sorted by the names of their paths. Throws `conflict` where there are too many to list. */
export async function listFiles(
  folder: string,
  { below, after, order, limit }: FilesWish
): Promise<{ values: FoundFile[]; hasMore: boolean }> {
  const all = await filesBelow(folder, below)
  const sign = order === 'asc' ? 1 : -1
  const sorted = all.sort((one, other) => sign * compared(one.parts, other.parts))
  const rest = after ? sorted.filter(({ parts }) => sign * compared(parts, after) > 0) : sorted
  return { values: rest.slice(0, limit), hasMore: rest.length > limit }
}

async function filesBelow(folder: string, below: readonly string[]): Promise<FoundFile[]> {
  await using top = await OpenFolder.at(folder)
  const place = await folderAt(top, below).catch(() => undefined)
  if (place === undefined) return []
  const files: FoundFile[] = []
  try {
    for await (const { parts, stats } of walk(place))
      if (parts && stats.isFile()) files.push({ parts: [...below, ...parts], size: stats.size })
  } catch (error) {
    if (!(error instanceof TooManyFiles)) throw error
    throw new GatewayError('conflict', 'This folder has too many files to list. Name one inside of it as `path`.')
  } finally {
    await place[Symbol.asyncDispose]()
  }
  return files
}

/** Name by name, so that a folder's files stay together. */
function compared(one: readonly string[], other: readonly string[]): number {
  for (const [index, name] of one.entries()) {
    const against = other[index]
    if (against === undefined) return 1
    if (name !== against) return name < against ? -1 : 1
  }
  return one.length - other.length
}
