import { mkdir, rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { GatewayError } from '../turn/error.ts'
import type { Environment } from './environment.ts'
import type { EnvironmentStore, EnvironmentsWish, Repetition } from './environment-store.ts'
import { listFiles } from './list-files.ts'
import type { FilesWish, FoundFile } from './list-files.ts'
import { emptyFolder } from './remove.ts'
import { isReady } from './setup-state.ts'
import type { SetupEnd } from './setup-state.ts'
import { Setups } from './setups.ts'
import type { SetupsOptions } from './setups.ts'
import { bytesIn, leastBytes } from './walk.ts'
import { writeFileBelow } from './write-file.ts'

/** A file that is put into an environment: the names on the way to it below `/workspace`. */
export interface NewFile {
  parts: readonly string[]
  size: number
  read: () => Promise<Uint8Array>
}

export interface EnvironmentsOptions {
  /** A folder that no command reaches but for its part of it. Canonical. */
  root: string
  store: EnvironmentStore
  /** Runs setup commands. `done` is called when those of an environment have ended. */
  setup: Omit<SetupsOptions, 'store' | 'isSmall'> & {
    done: (environment: Environment, end: SetupEnd) => void
  }
  /** Whether there is a session of this id. */
  hasSession: (id: string) => boolean
  /** Takes a line for the log. */
  warn: (fields: Record<string, unknown>, message: string) => void
}

/** Bytes of the disk that one environment may take. */
const maxBytes = 1_073_741_824

/** The folders of an environment that its commands may write: its files, and what takes the place of HOME and TMPDIR. */
export interface EnvironmentFolders {
  files: string
  home: string
  temp: string
}

/** The environments of all owners: a folder for the commands of one session each. Another owner's is not found. */
export class Environments {
  readonly #options: EnvironmentsOptions
  readonly #removals = new Set<Promise<void>>()
  /** Whose session was not there at the last sweep: it is being made, or a gateway was killed that deleted it. */
  #deserted = new Set<string>()
  readonly setups: Setups

  constructor(options: EnvironmentsOptions) {
    this.#options = options
    const { store, setup } = options
    this.setups = new Setups({ ...setup, store, isSmall: (environment) => this.measure(environment) })
  }

  /** Makes one with its first files, or finds the one that a repeated request has made. */
  async create(
    fresh: Omit<Environment, 'bytes' | 'createdAt' | 'setup'>,
    files: readonly NewFile[],
    repetition?: Repetition
  ): Promise<Environment> {
    const bytes = files.reduce((sum, file) => sum + bytesOf(file), 0)
    const { store, setup: settings } = this.#options
    const hasSetup = fresh.config.setup_commands.length > 0
    const setup = hasSetup ? { status: 'pending' as const, worker: settings.mark() } : isReady
    const added = store.add({ ...fresh, bytes, createdAt: Date.now(), setup }, repetition)
    if (added.id !== fresh.id) return added
    try {
      const { files: folder, home, temp } = this.foldersOf(added)
      for (const path of [join(folder, 'outputs'), home, temp]) await mkdir(path, { recursive: true, mode: 0o700 })
      for (const { parts, read } of files) await writeFileBelow(folder, parts, await read())
      if (hasSetup) this.setups.begin(added, (end) => settings.done(added, end))
      return added
    } catch (error) {
      await this.remove(added)
      throw error
    }
  }

  /** Throws `not_found`. */
  find(owner: string, id: string): Environment {
    const found = this.#options.store.find(owner, id)
    if (found === undefined) throw new GatewayError('not_found', 'Resource not found.', { reason: 'unknown_resource' })
    return this.#asItIs(found)
  }

  list(owner: string, wish: EnvironmentsWish) {
    if (wish.after !== undefined) this.find(owner, wish.after)
    const found = this.#options.store.list(owner, { ...wish, limit: wish.limit + 1 })
    return { values: found.slice(0, wish.limit).map((one) => this.#asItIs(one)), hasMore: found.length > wish.limit }
  }

  /** Gives one to a session. Throws `not_found` for that of another owner or workspace, `conflict` where another session has it. */
  attach(scope: { owner: string; workspace: string }, id: string, session: string): Environment {
    const found = this.find(scope.owner, id)
    if (found.workspace !== scope.workspace) return this.find('', id)
    if (found.setup.status === 'failed')
      throw new GatewayError('conflict', `This environment has failed: make another one. ${found.setup.message}`)
    if (this.#options.store.attach(found, session)) return { ...found, session }
    throw new GatewayError('conflict', 'A session has this environment already. Make another one.')
  }

  detach({ id }: Environment): void {
    this.#options.store.detach(id)
  }

  /** Puts a file into it, which is counted before it is written; what it takes the place of counts until all is measured. */
  async addFile(environment: Environment, file: NewFile): Promise<void> {
    const { store } = this.#options
    const bytes = bytesOf(file)
    const now = () => store.find(environment.owner, environment.id) ?? environment
    try {
      this.checkRoom(now(), bytes)
    } catch {
      await this.measure(environment).catch(() => {}) // it may be gone
      this.checkRoom(now(), bytes)
    }
    store.reserve(environment, bytes)
    await writeFileBelow(this.foldersOf(environment).files, file.parts, await file.read())
  }

  /** Throws where it takes so much of the disk that nothing may be added, alone (`conflict`) or with all of its owner's (`rate_limited`). */
  checkRoom(environment: Environment, more = 0): void {
    this.#options.store.checkShare(environment, more)
    if (environment.bytes + more <= maxBytes) return
    throw new GatewayError('conflict', 'This environment is full. Make a new session; its artifacts stay.')
  }

  files(environment: Environment, wish: FilesWish): Promise<{ values: FoundFile[]; hasMore: boolean }> {
    return listFiles(this.foldersOf(environment).files, wish)
  }

  /** Measures what it takes. False where that is too much, alone or with all of its owner's. */
  async measure(environment: Environment): Promise<boolean> {
    const bytes = (await bytesIn(this.#folderOf(environment))) ?? maxBytes + 1
    return this.#options.store.measured(environment, bytes) && bytes <= maxBytes
  }

  foldersOf(environment: Pick<Environment, 'id' | 'workspace'>): EnvironmentFolders {
    const folder = this.#folderOf(environment)
    return { files: join(folder, 'files'), home: join(folder, 'home'), temp: join(folder, 'temp') }
  }

  /** Its folder is gone for everybody at once; what was in it is deleted meanwhile. */
  async remove(environment: Pick<Environment, 'id' | 'workspace'>): Promise<void> {
    await this.setups.stop(environment.id)
    const removed = join(this.#removedFolder, environment.id)
    await mkdir(this.#removedFolder, { recursive: true, mode: 0o700 })
    await rename(this.#folderOf(environment), removed).catch(() => {}) // it was never made
    this.#options.store.delete(environment.id)
    const removal = this.#empty(removed)
    this.#removals.add(removal)
    void removal.finally(() => this.#removals.delete(removal))
  }

  /** Removes what no session has taken in time, or has any more, and what could not be removed before. To be called at intervals. */
  async sweep(): Promise<void> {
    const { store, hasSession } = this.#options
    const deserted = store.taken().filter(({ session }) => session !== null && !hasSession(session))
    const gone = deserted.filter(({ id }) => this.#deserted.has(id))
    this.#deserted = new Set(deserted.map(({ id }) => id))
    for (const environment of [...store.unused(Date.now()), ...gone]) await this.remove(environment)
    if (this.#removals.size === 0) await this.#empty(this.#removedFolder)
  }

  #asItIs(stored: Environment): Environment {
    return { ...stored, setup: this.setups.stateOf(stored) }
  }

  get #removedFolder(): string {
    return join(this.#options.root, 'removed')
  }

  #folderOf({ id, workspace }: Pick<Environment, 'id' | 'workspace'>): string {
    return join(workspaceFolderIn(this.#options.root, workspace), id)
  }

  async #empty(folder: string): Promise<void> {
    try {
      await emptyFolder(folder)
      await rmdir(folder)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') this.#options.warn({ folder, cause: message }, 'an environment cannot be removed yet')
    }
  }
}

/** What a file may take of the disk: with the folders on the way to it, which may be new. */
const bytesOf = ({ parts, size }: NewFile) => size + leastBytes * parts.length

/** Where the environments of a workspace lie. */
export const workspaceFolderIn = (root: string, workspace: string): string => join(root, 'environments', workspace)
