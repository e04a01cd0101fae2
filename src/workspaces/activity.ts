import type { Views } from './views.ts'

export type WorkspaceState = 'stopped' | 'starting' | 'running'

/** The turns that run in one workspace. */
export class Activity {
  readonly #views: Views
  readonly #since: number
  #count = 0
  #begun = 0
  #idle: (() => void)[] = []

  /** `since`: when the workspace came, by the times of `views`. */
  constructor(views: Views, since: number) {
    this.#views = views
    this.#since = since
  }

  get state(): WorkspaceState {
    if (this.#begun > 0) return 'running'
    return this.#count > 0 ? 'starting' : 'stopped'
  }

  /** Resolves when a turn may begin; to be disposed of when nothing of it is left. */
  async enter(signal?: AbortSignal, leave?: () => void): Promise<Disposable> {
    this.#count++
    try {
      const view = await this.#views.enter(this.#since, signal, leave)
      this.#begun++
      let ended = false
      return {
        [Symbol.dispose]: () => {
          if (ended) return
          ended = true
          view[Symbol.dispose]()
          this.#begun--
          this.#leave()
        }
      }
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  #leave(): void {
    this.#count--
    if (this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Resolves when no turn runs, which may be at once. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }
}

/** An app-server starts for a turn. */
export function workspaceState(appServers: readonly { state: WorkspaceState }[], activity: Activity): WorkspaceState {
  const states = appServers.map(({ state }) => state)
  return states.find((state) => state === 'running') ?? states.find((state) => state === 'starting') ?? activity.state
}
