import { constants } from 'node:fs'
import { lstat, mkdir, open, opendir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** A name may be any bytes. */
type Name = string | Buffer

/**
 * A folder that is open. Its entries are reached by its descriptor (Linux: `/proc/self/fd`), so that commands, to which it
 * belongs, cannot put a link to elsewhere in the place of it or of a folder above it.
 */
export class OpenFolder implements AsyncDisposable {
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** One whose path no command can change. */
  static async at(path: string | Buffer): Promise<OpenFolder> {
    return new OpenFolder(await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
  }

  /** The path of an entry, as long as this is open. */
  entry(name: Name): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.#handle.fd}/`), Buffer.from(name)])
  }

  /** A folder in it, made where it is missing and `make` is set. Rejects for a link (ELOOP, ENOTDIR). */
  async folder(name: Name, make = false): Promise<OpenFolder> {
    if (make) await mkdir(this.entry(name), { mode: 0o755 }).catch(unless('EEXIST'))
    return OpenFolder.at(this.entry(name))
  }

  /** A regular file in it, for reading; undefined for all else: links, hard links, FIFOs, devices. */
  async file(name: Name): Promise<FileHandle | undefined> {
    const handle = await open(this.entry(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined)
    const stats = await handle?.stat()
    if (stats?.isFile() && stats.nlink === 1) return handle
    await handle?.close()
    return undefined
  }

  /** What an entry is, links not followed; undefined where it is not there. */
  async look(name: Name) {
    return lstat(this.entry(name)).catch(() => undefined)
  }

  /** The names of its entries, one by one: there may be very many. */
  async *entries(): AsyncGenerator<Buffer> {
    const all = await opendir(this.entry('.'), { encoding: 'latin1' })
    for await (const { name } of all) yield Buffer.from(name, 'latin1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

/** Passes an error of the file system, unless it has this code. */
export const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error
}

/** The folder that these names lead to from an open one, opened one after the other. */
export async function folderAt(from: OpenFolder, names: readonly string[], make = false): Promise<OpenFolder> {
  let folder = await OpenFolder.at(from.entry('.'))
  for (const name of names) {
    const next = folder.folder(name, make)
    await next.catch(() => {})
    await folder[Symbol.asyncDispose]()
    folder = await next
  }
  return folder
}
