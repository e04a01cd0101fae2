import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Stats } from 'node:fs'

const maxBytes = 1_048_576

/**
 * A file that a setting names, of at most 1 MiB. Text and properties are of one open file, so that what was checked is what
 * was read. Opening a FIFO would otherwise block the process. Throws an `Error` whose message continues the name of the setting.
 */
export function readNamedFile(path: string): { stats: Stats; text: string } {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('not a file of at most 1 MiB')
    return { stats, text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`names a file that cannot be read: ${path} (${code ?? message})`, { cause: error })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/**
 * Throws where a file is not this user's, or others may read it. One that root gives to a group of this process is for it, too:
 * so Kubernetes hands Secrets to a pod that is not root's.
 */
export function checkPrivate({ mode, uid, gid }: Stats, path: string): void {
  const isOwn = uid === process.getuid?.()
  const isGiven = uid === 0 && process.getgroups?.().includes(gid) === true
  if ((mode & (isOwn || !isGiven ? 0o077 : 0o027)) !== 0)
    throw new Error(`names a file that other users may read; run chmod 600 ${path}`)
  if (!isOwn && !isGiven) throw new Error(`names a file that belongs to another user: ${path}`)
}
