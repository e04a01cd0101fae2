import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { lstat, open, readlink, realpath } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/** How far a file is trusted. */
export interface ReadOptions {
  /** Bytes that are read; more are not looked at. */
  maxBytes: number
  /** `first`: the beginning of a longer file, the default; `last`: its end. */
  part?: 'first' | 'last' | undefined
  /**
   * `command`, the default: a command may have made it, so that it must be the only name of a file that lies exactly at
   * this canonical path. `operator`: no command can have made it, and links are followed.
   */
  writer?: 'command' | 'operator' | undefined
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

/**
 * Reads a regular file; undefined where there is none, or what is there may not be read. Everything is checked on the
 * descriptor that is then read, so that nothing can be put in the file's place in between; a FIFO does not block.
 */
export async function readRegularFile(
  path: string,
  { maxBytes, part = 'first', writer = 'command' }: ReadOptions
): Promise<Buffer | undefined> {
  const file = await open(path, O_RDONLY | O_NONBLOCK | (writer === 'command' ? O_NOFOLLOW : 0)).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const stats = await file.stat()
    if (!stats.isFile() || (writer === 'command' && !(await isOnlyAt(path, file, stats)))) return undefined
    const length = Math.min(stats.size, maxBytes)
    return await bytesOf(file, length, part === 'last' ? stats.size - length : 0)
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}

/** Neither a hard link to a file elsewhere, nor reached through a folder that was replaced by a link. */
async function isOnlyAt(path: string, file: FileHandle, stats: Stats): Promise<boolean> {
  if (stats.nlink !== 1) return false
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined)
  if (opened !== undefined) return opened === path
  const found = await lstat(path) // without Linux's /proc
  return found.dev === stats.dev && found.ino === stats.ino && (await realpath(path)) === path
}

async function bytesOf(file: FileHandle, length: number, from: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, from + filled)
    if (bytesRead === 0) break // it has been truncated meanwhile
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
