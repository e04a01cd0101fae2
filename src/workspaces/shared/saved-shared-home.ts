import type { Warn } from '../../store/store.ts'
import type { ObjectStore } from '../homes/object-store.ts'
import { SavedHome } from '../homes/saved-home.ts'

/** How the homes of shared app-servers are saved. */
export interface SavedHomes {
  store: ObjectStore
  /** Milliseconds from one time to the next, while there are turns. */
  everyMs: number
}

export interface SavedSharedHomeOptions extends SavedHomes {
  workspace: string
  codexHome: string
  /** The version of codex. */
  codex: string
  /** Ends the app-server that runs: another gateway has the workspace. The reason is for its clients. */
  stop: (reason: string) => void
  warn?: Warn | undefined
}

/** Saves the home of a shared app-server: before each start it is brought up to date, and it is saved after each end. */
export class SavedSharedHome {
  readonly #options: SavedSharedHomeOptions
  #home: SavedHome | undefined
  #timer: NodeJS.Timeout | undefined
  #hasTurns = false
  #savedAt: number | undefined

  constructor(options: SavedSharedHomeOptions) {
    this.#options = options
  }

  /** Unix milliseconds; undefined where it has not been saved since the gateway started. */
  get savedAt(): number | undefined {
    return this.#home?.savedAt ?? this.#savedAt
  }

  /** Before the app-server starts. Rejects with a `GatewayError` where it must not. */
  async open(): Promise<void> {
    const { everyMs, stop, workspace } = this.#options
    const home = await SavedHome.open(this.#options)
    this.#home = home
    void home.lost.then((why) => stop(`The workspace ${workspace} ends here: ${why}.`))
    this.#timer = setInterval(() => {
      if (this.#hasTurns) void this.#save(true)
    }, everyMs)
    this.#timer.unref()
  }

  /** When the app-server is there: gives threads the names that it does not know. */
  async opened(request: (method: string, params: object) => Promise<unknown>): Promise<void> {
    for (const [threadId, name] of this.#home?.names ?? [])
      await request('thread/name/set', { threadId, name }).catch(() => {}) // the thread has been deleted
  }

  /** A turn has begun or ended. */
  turned(): void {
    this.#hasTurns = true
  }

  /** When nothing of the app-server is left, or it did not start. Never rejects. */
  async ended(): Promise<void> {
    clearInterval(this.#timer)
    const home = this.#home
    if (!home) return
    await this.#save(false)
    this.#savedAt = home.savedAt ?? this.#savedAt
    this.#home = undefined
    await home[Symbol.asyncDispose]()
  }

  async #save(running: boolean): Promise<void> {
    const { workspace, store, warn } = this.#options
    this.#hasTurns = false
    try {
      await this.#home?.save({ running })
    } catch (error) {
      this.#hasTurns = true
      warn?.(
        { workspace, store: store.name, cause: error instanceof Error ? error.message : String(error) },
        'the home of a workspace cannot be saved; it is where it is, and what was saved before stays as it was'
      )
    }
  }
}
