import { isUtf8 } from 'node:buffer'
import type { Stats } from 'node:fs'
import { OpenFolder } from './open-folder.ts'

/** Entries and nested folders that are looked at. */
const limits = { entries: 50_000, depth: 64 }

/** An entry of an environment. */
export interface Found {
  /** The last of `parts`; bytes, for it may be no text. */
  name: Buffer
  /** The names on the way to it; undefined where one of them is no text. */
  parts: readonly string[] | undefined
  stats: Stats
  /** The folder that it lies in, open until the next one is asked for. */
  folder: OpenFolder
}

/** Thrown where there are more entries than are looked at. */
export class TooManyFiles extends Error {}

/** All that lies in a folder, links not followed. What vanishes meanwhile is left out. */
export async function* walk(
  folder: OpenFolder,
  at: Place = { parts: [], depth: 0 },
  count = { left: limits.entries }
): AsyncGenerator<Found> {
  for await (const name of folder.entries()) {
    if (count.left-- === 0) throw new TooManyFiles()
    const stats = await folder.look(name)
    if (stats === undefined) continue
    const parts = at.parts && isUtf8(name) ? [...at.parts, name.toString()] : undefined
    yield { name, parts, stats, folder }
    if (!stats.isDirectory()) continue
    if (at.depth === limits.depth) throw new TooManyFiles()
    const inner = await folder.folder(name).catch(() => undefined)
    if (inner === undefined) continue // it is no folder any more, or may not be read
    try {
      yield* walk(inner, { parts, depth: at.depth + 1 }, count)
    } finally {
      await inner[Symbol.asyncDispose]()
    }
  }
}

interface Place {
  parts: readonly string[] | undefined
  depth: number
}

/** Bytes that each entry counts at least, for one without a byte takes room too. */
export const leastBytes = 4_096

/** Bytes of the disk that a folder takes; undefined where there are too many files in it. */
export async function bytesIn(path: string): Promise<number | undefined> {
  await using folder = await OpenFolder.at(path)
  let bytes = 0
  try {
    for await (const { stats } of walk(folder)) bytes += Math.max(stats.blocks * 512, leastBytes)
  } catch (error) {
    if (error instanceof TooManyFiles) return undefined
    throw error
  }
  return bytes
}
