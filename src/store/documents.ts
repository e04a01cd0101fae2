import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyIn } from './key.ts'
import { namesWith } from './names.ts'
import type { Names } from './names.ts'
import { ignoreMissing, sweep } from './sweep.ts'
import type { Bounds } from './sweep.ts'

/** JSON documents that outlive the process. Whoever does not own a name is told that there is no such document. */
export interface Documents {
  /** A name for a new document: 48 hex digits. */
  newName(owner: string): Promise<string>
  /** Writes it whole, in place of the one that may be there. */
  put(owner: string, name: string, document: unknown): Promise<void>
  get(owner: string, name: string): Promise<unknown>
  /** Lets it live as long as a new one. */
  touch(owner: string, name: string): Promise<void>
  /** False when it was not there. */
  delete(owner: string, name: string): Promise<boolean>
}

/** Milliseconds after which the folder is looked through again when something is written. */
const sweepInterval = 600_000

/** Keeps documents as files that only this user can read, below `home`. Nothing is made before the first name is. */
export function documentsIn(home: string, bounds: Bounds): Documents {
  const folder = join(home, 'responses')
  let names: Promise<Names> | undefined
  let sweeping: Promise<void> | undefined
  let sweepAt = 0
  let written = { count: 0, bytes: 0 }

  const opened = () =>
    (names ??= mkdir(folder, { recursive: true, mode: 0o700 })
      .then(() => keyIn(join(home, 'key')))
      .then(namesWith)
      .catch((error: unknown) => {
        names = undefined
        throw error
      }))

  const pathOf = async (owner: string, name: string) =>
    (await opened()).owns(owner, name) ? join(folder, `${name}.json`) : undefined

  const swept = async (bytes: number) => {
    written = { count: written.count + 1, bytes: written.bytes + bytes }
    const due = Date.now() >= sweepAt || written.count > bounds.count / 16 || written.bytes > bounds.bytes / 16
    if (!due && !sweeping) return
    sweepAt = Date.now() + Math.min(sweepInterval, bounds.lifeMs)
    written = { count: 0, bytes: 0 }
    await (sweeping ??= sweep(folder, bounds).finally(() => (sweeping = undefined)))
  }

  return {
    newName: async (owner) => (await opened()).make(owner),
    async put(owner, name, document) {
      const path = await pathOf(owner, name)
      if (path === undefined) throw new Error('a document is written only under a name of its owner')
      const json = JSON.stringify(document)
      const whole = `${path}.${randomUUID()}`
      await writeFile(whole, json, { mode: 0o600, flag: 'wx' })
      await rename(whole, path)
      await swept(json.length)
    },
    async get(owner, name) {
      const path = await pathOf(owner, name)
      const stats = path && (await stat(path).catch(ignoreMissing))
      if (!path || !stats || stats.mtimeMs < Date.now() - bounds.lifeMs) return undefined
      const json = await readFile(path, 'utf8').catch(ignoreMissing)
      return json === undefined ? undefined : (JSON.parse(json) as unknown)
    },
    async touch(owner, name) {
      const path = await pathOf(owner, name)
      const now = new Date()
      if (path) await utimes(path, now, now).catch(ignoreMissing)
    },
    async delete(owner, name) {
      const path = await pathOf(owner, name)
      return path !== undefined && (await unlink(path).then(() => true, ignoreMissing)) === true
    }
  }
}
