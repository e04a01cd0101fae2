import { openAsBlob } from 'node:fs'
import { GatewayError } from '../../turn/error.ts'
import type { Warn } from '../../store/store.ts'
import { packed } from './archive.ts'
import { savedFilesIn } from './saved-files.ts'
import { Lease } from './lease.ts'
import type { LeaseOptions } from './lease.ts'
import { readMarker, writeMarker } from './marker.ts'
import type { Marker } from './marker.ts'
import type { StoredObject } from './object-store.ts'
import { clearStaging, threadNamesIn, unpackFor } from './restore.ts'
import { snapshotOf } from './snapshot.ts'

export interface SavedHomeOptions extends LeaseOptions {
  /** The version of codex, for people. */
  codex: string
  /** Takes a line for the log. */
  warn?: Warn | undefined
}

/**
 * The home of a workspace that is saved in a store, while it is this gateway's. To be disposed of after its codex has ended and it was saved.
 */
export class SavedHome implements AsyncDisposable {
  /** Resolves to a sentence when another gateway has taken the workspace: its codex has to end. */
  readonly lost: Promise<string>
  /** Unix milliseconds. */
  savedAt: number | undefined
  /** The names of threads that the restored databases do not know, by id: codex has to be given them. */
  readonly names: ReadonlyMap<string, string>
  readonly #options: SavedHomeOptions
  readonly #lease: Lease
  #marker: Marker
  #saving: Promise<void> = Promise.resolve()
  #lose: (why: string) => void = () => {}

  private constructor(options: SavedHomeOptions, lease: Lease, marker: Marker, names: ReadonlyMap<string, string>) {
    this.#options = options
    this.#lease = lease
    this.#marker = marker
    this.names = names
    this.lost = new Promise((resolve) => (this.#lose = resolve))
    void lease.lost.then((host) => this.#lose(`it runs on another gateway now (${host})`))
  }

  /**
   * Takes the workspace, and restores its home where the store has a newer one. Rejects with a `GatewayError` where another gateway has it,
   * or the home cannot be restored: nothing must run in it then.
   */
  static async open(options: SavedHomeOptions): Promise<SavedHome> {
    const { workspace, codexHome, warn } = options
    try {
      await clearStaging(codexHome)
      const lease = await Lease.acquire(options)
      try {
        const { marker, moved } = await upToDate(options)
        await writeMarker(codexHome, { ...marker, state: 'changed' })
        return new SavedHome(options, lease, marker, moved ? await threadNamesIn(codexHome) : new Map())
      } catch (error) {
        await lease[Symbol.asyncDispose]()
        throw error
      }
    } catch (error) {
      if (error instanceof GatewayError) throw error
      warn?.({ workspace, cause: messageOf(error) }, 'the home of a workspace cannot be restored; it does not start')
      throw new GatewayError('overloaded', `The workspace ${workspace} cannot be restored now. Try again.`, {
        retryAfter: 10,
        cause: error
      })
    }
  }

  /**
   * Saves the home as it is; `changed` where its codex goes on. Rejects where the store does not take it: what is in it stays as it was. Where
   * another gateway has saved the workspace meanwhile, this home is saved beside it, and lost.
   */
  save({ running }: { running: boolean }): Promise<void> {
    const saved = this.#saving.then(() => this.#save(running))
    this.#saving = saved.catch(() => {})
    return saved
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving
    await this.#lease[Symbol.asyncDispose]()
  }

  async #save(running: boolean): Promise<void> {
    const { store, workspace, codexHome } = this.#options
    const generation = this.#marker.generation + 1
    const version = await put(this.#options, archiveOf(workspace), this.#marker.version, { generation, running })
    if (version !== undefined) {
      this.#marker = { version, generation, state: 'saved' }
      this.savedAt = Date.now()
      if (!running) await writeMarker(codexHome, this.#marker)
      else await writeMarker(codexHome, { ...this.#marker, state: 'changed' })
      return
    }
    const name = await putBeside(this.#options, { generation, running })
    await writeMarker(codexHome, { ...this.#marker, state: 'saved' }) // there is nothing in it that is not in the store
    this.#lose(`another gateway has saved it; this one's is ${name} in ${store.name}`)
  }
}

export const archiveOf = (workspace: string): string => `${workspace}.tar.gz`

/** Brings the home up to the version of the store. */
async function upToDate(options: SavedHomeOptions): Promise<{ marker: Marker; moved: boolean }> {
  const { store, workspace, codexHome } = options
  const marker = await readMarker(codexHome)
  const object = await store.get(archiveOf(workspace))
  if (object === undefined) {
    if (marker?.state === 'restoring') throw new Error('it was half restored, and the store no longer has it')
    return { marker: { generation: marker?.generation ?? 0, state: 'changed' }, moved: false }
  }
  if (marker?.version === object.version && marker.state !== 'restoring') {
    object.body.destroy()
    return { marker, moved: false }
  }
  const hasOwn = marker === undefined ? (await savedFilesIn(codexHome)).length > 0 : marker.state === 'changed'
  return restored(options, object, { hasOwn, generation: marker?.generation ?? 0 })
}

/** What only this home has is saved beside before it is replaced. */
async function restored(
  options: SavedHomeOptions,
  object: StoredObject,
  { hasOwn, generation }: { hasOwn: boolean; generation: number }
): Promise<{ marker: Marker; moved: boolean }> {
  const { codexHome } = options
  await using archive = await unpackFor(codexHome, object.body)
  const { manifest, install } = archive
  if (manifest.workspace !== options.workspace)
    throw new Error(`its archive is that of the workspace ${JSON.stringify(manifest.workspace.slice(0, 64))}`)
  if (hasOwn) await putBeside(options, { generation: generation + 1, running: false })
  const marker: Marker = { version: object.version, generation: manifest.generation, state: 'restoring' }
  await writeMarker(codexHome, marker)
  await install()
  return { marker: { ...marker, state: 'saved' }, moved: manifest.home !== codexHome }
}

/** For people, who may want what is in it. */
async function putBeside(options: SavedHomeOptions, state: SavedState): Promise<string> {
  const { workspace, store, warn } = options
  const name = `${workspace}.conflict-${new Date().toISOString().replace(/[:.]/g, '-')}.tar.gz`
  const version = await put(options, name, undefined, state)
  if (version === undefined) throw new Error(`${name} is there already`)
  warn?.(
    { workspace, saved: name, store: store.name },
    'another gateway has saved this workspace meanwhile; what was only here is saved beside it'
  )
  return name
}

/** `running`: its codex may write to it. */
interface SavedState {
  generation: number
  running: boolean
}

async function put(
  { store, workspace, codexHome, codex }: SavedHomeOptions,
  key: string,
  expected: string | undefined,
  { generation, running }: SavedState
): Promise<string | undefined> {
  await using snapshot = await snapshotOf(codexHome, running)
  const manifest = {
    format: 1 as const,
    workspace,
    home: codexHome,
    codex,
    saved_at: new Date().toISOString(),
    generation
  }
  const file = await packed(snapshot.folder, snapshot.files, manifest)
  return await store.put(key, await openAsBlob(file), expected) // the snapshot is part of it
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
