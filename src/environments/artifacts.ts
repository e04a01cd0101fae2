import type { ReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { pageById } from '../store/page-by-id.ts'
import { GatewayError } from '../turn/error.ts'
import { artifactColumns, artifactFrom } from './artifact.ts'
import type { Artifact } from './artifact.ts'
import type { Contents, Copied } from './contents.ts'
import { OpenFolder } from './open-folder.ts'
import { shownPath } from './paths.ts'
import type { EnvironmentTables } from './tables.ts'
import { TooManyFiles, walk } from './walk.ts'

export interface ArtifactsOptions {
  tables: EnvironmentTables
  contents: Contents
  newId: () => string
}

/** A turn that is complete, and the folder with its files. */
export interface Publication {
  owner: string
  workspace: string
  session: string
  environment: string
  turn: string
  files: string
}

type Deleted = ReadonlySet<string>

/** Which artifacts of a session are wanted. */
export interface ArtifactWish {
  environment?: string | undefined
  after?: string | undefined
  order: 'asc' | 'desc'
  limit: number
}

/** Bytes of one and of all that one turn publishes, and how many that may be. */
const limits = { file: 209_715_200, publication: 524_288_000, count: 1_000 }

/** What turns have left behind: copies, which stay when the session and its environment are gone, until they are deleted. */
export class Artifacts {
  readonly #options: ArtifactsOptions

  constructor(options: ArtifactsOptions) {
    this.#options = options
  }

  /** Copies what is new in `outputs`. Returns how many files were left out because they, or all together, are too large. */
  async publish(publication: Publication): Promise<number> {
    const [former, deleted] = [this.#newestOf(publication), this.#deletedOf(publication)]
    const left = { bytes: limits.publication, count: limits.count, refused: 0 }
    await using folder = await OpenFolder.at(publication.files)
    const outputs = await folder.folder('outputs').catch(() => undefined)
    if (outputs === undefined) return 0
    try {
      for await (const { name, parts, stats, folder: place } of walk(outputs)) {
        if (!parts || !stats.isFile()) continue
        const file = await place.file(name)
        if (file === undefined) continue
        const path = shownPath(['outputs', ...parts])
        await using open = file
        await this.#publishOne(publication, { file: open, path, former: former.get(path), deleted }, left)
      }
    } catch (error) {
      if (!(error instanceof TooManyFiles)) throw error
      left.refused++
    } finally {
      await outputs[Symbol.asyncDispose]()
    }
    return left.refused
  }

  /** Throws `not_found`. */
  find({ owner, session }: Pick<Artifact, 'owner' | 'session'>, id: string): Artifact {
    const sql = `SELECT ${artifactColumns} FROM artifacts WHERE owner = ? AND session = ? AND id = ?`
    const row = this.#options.tables.use((connection) => connection.get(sql, owner, session, id))
    if (row) return artifactFrom(row)
    throw new GatewayError('not_found', 'Resource not found.', { reason: 'unknown_resource' })
  }

  list(
    whose: Pick<Artifact, 'owner' | 'session'>,
    { environment, after, order, limit }: ArtifactWish
  ): { values: Artifact[]; hasMore: boolean } {
    if (after !== undefined) this.find(whose, after)
    const { start, comparison } = pageById({ after, order })
    const sql = `SELECT ${artifactColumns} FROM artifacts WHERE owner = ? AND session = ? AND id ${comparison} ?
      ${environment === undefined ? '' : 'AND environment = ?'} ORDER BY id ${order} LIMIT ?`
    const parameters = [whose.owner, whose.session, start, ...(environment === undefined ? [] : [environment])]
    const rows = this.#options.tables.use((connection) => connection.all(sql, ...parameters, limit + 1))
    return { values: rows.slice(0, limit).map(artifactFrom), hasMore: rows.length > limit }
  }

  /** One of those that a session, which may be gone, has left. */
  oneOf(whose: Pick<Artifact, 'owner' | 'session'>): Artifact | undefined {
    return this.list(whose, { order: 'asc', limit: 1 }).values[0]
  }

  read({ hash }: Artifact): ReadStream {
    return this.#options.contents.read(hash)
  }

  /** Its bytes go where no other one has them. As long as its file stays as it is, it is not published again. */
  delete({ id, hash, environment, path, stamp }: Artifact): void {
    this.#options.tables.transaction((connection) => {
      connection.run('DELETE FROM artifacts WHERE id = ?', id)
      connection.run(
        'INSERT OR IGNORE INTO deleted_artifacts SELECT id, ?, ? FROM environments WHERE id = ?',
        ...[path, stamp, environment]
      )
      this.#options.contents.release(connection, hash)
    })
  }

  async #publishOne(
    publication: Publication,
    { file, path, former, deleted }: { file: FileHandle; path: string; former: Artifact | undefined; deleted: Deleted },
    left: { bytes: number; count: number; refused: number }
  ): Promise<void> {
    const { size, ino, ctimeNs } = await file.stat({ bigint: true })
    const stamp = [ino, size, ctimeNs].join(':')
    if (former?.stamp === stamp || deleted.has(`${path}\0${stamp}`)) return
    const most = Math.min(limits.file, left.bytes)
    if (size > most || left.count === 0 || !this.#hasRoom(publication.owner, Number(size))) return void left.refused++
    const copied = await this.#options.contents.copy(publication.owner, bytesOf(file), most)
    if (copied === undefined) return void left.refused++
    if (copied.hash === former?.hash) return this.#options.contents.drop(copied)
    if (!this.#add({ ...publication, path, stamp }, copied)) {
      left.refused++
      return this.#options.contents.drop(copied)
    }
    left.bytes -= copied.size
    left.count--
  }

  #hasRoom(owner: string, bytes: number): boolean {
    const { tables } = this.#options
    return tables.use((connection) => tables.hasRoom(connection, owner, bytes))
  }

  /** False where the owner has no room for it. */
  #add(fresh: Publication & Pick<Artifact, 'path' | 'stamp'>, copied: Copied): boolean {
    const { tables, contents, newId } = this.#options
    const { owner, workspace, session, environment, turn, path, stamp } = fresh
    return tables.transaction((connection) => {
      const count = Number(connection.get('SELECT count(*) FROM artifacts WHERE owner = ?', owner)?.[0])
      if (count >= tables.bounds.artifactsPerOwner || !tables.hasRoom(connection, owner, copied.size)) return false
      contents.keep(copied)
      connection.run(
        'INSERT INTO artifacts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[newId(), owner, session, environment, turn, path, copied.size, copied.hash, stamp, Date.now(), workspace]
      )
      return true
    })
  }

  /** Paths and stamps of those that were deleted. */
  #deletedOf({ environment }: Publication): Deleted {
    const sql = 'SELECT path, stamp FROM deleted_artifacts WHERE environment = ?'
    const rows = this.#options.tables.use((connection) => connection.all(sql, environment))
    return new Set(rows.map((row) => row.join('\0')))
  }

  /** The newest of each path. */
  #newestOf({ owner, session }: Publication): Map<string, Artifact> {
    const sql = `SELECT ${artifactColumns} FROM artifacts WHERE owner = ? AND session = ? ORDER BY id`
    const rows = this.#options.tables.use((connection) => connection.all(sql, owner, session))
    return new Map(rows.map(artifactFrom).map((artifact) => [artifact.path, artifact]))
  }
}

const bytesOf = (file: FileHandle) => file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>
