import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync, renameSync, unlinkSync } from 'node:fs'
import type { ReadStream, Stats } from 'node:fs'
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection } from '../store/connection.ts'

/** Bytes that were copied, and are not yet at the place that their hash names. */
export interface Copied {
  hash: string
  size: number
  partial: string
}

/** Milliseconds after which nobody copies any more. */
const leftAge = 3_600_000

/** Bytes of files, each once for an owner, by the hash of both. No command reaches them. */
export class Contents {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Copies bytes; undefined where there are more than `most`. Owners share no bytes: nobody can find out what another has stored. */
  async copy(
    owner: string,
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    most: number
  ): Promise<Copied | undefined> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const partial = join(this.#folder, `.${randomUUID()}`)
    const digest = createHash('sha256').update(`${owner}\0`)
    let size = 0
    try {
      await using target = await open(partial, 'wx', 0o600)
      for await (const chunk of source) {
        size += chunk.length
        if (size > most) break
        digest.update(chunk)
        await target.writeFile(chunk)
      }
    } catch (error) {
      await this.drop({ partial })
      throw error
    }
    if (size <= most) return { hash: digest.digest('hex'), size, partial }
    await this.drop({ partial })
    return undefined
  }

  /** Removes what gateways left behind that were killed while they copied. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name)
      const { mtimeMs = Date.now() } = name.startsWith('.') ? await stat(path).catch((): Partial<Stats> => ({})) : {}
      if (mtimeMs < Date.now() - leftAge) await this.drop({ partial: path })
    }
  }

  /** To be called in the transaction that stores what has the hash: nobody else deletes it meanwhile. */
  keep({ hash, partial }: Copied): void {
    const path = this.#path(hash)
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    renameSync(partial, path)
  }

  async drop({ partial }: Pick<Copied, 'partial'>): Promise<void> {
    await unlink(partial).catch(() => {})
  }

  /** To be called in the transaction that has deleted what had the hash. */
  release(connection: Connection, hash: string): void {
    const sql = 'SELECT 1 FROM artifacts WHERE hash = ?1 UNION ALL SELECT 1 FROM uploads WHERE hash = ?1 LIMIT 1'
    if (connection.get(sql, hash) !== undefined) return
    try {
      unlinkSync(this.#path(hash))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  read(hash: string): ReadStream {
    return createReadStream(this.#path(hash))
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash)
  }
}
