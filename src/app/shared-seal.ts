import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { resealSecrets } from '../webhooks/reseal.ts'
import type { LeaderCalls } from './leader-calls.ts'
import type { Leadership } from './leadership.ts'

export interface SharedSealOptions {
  store: Pick<Store, 'transaction'>
  /** `shared`: with the key that all front ends have. `own`: with that of this gateway, by which it sealed what it did not share yet. */
  seals: { shared: Seal; own: Seal }
  leadership: Pick<Leadership, 'leader'>
  calls: LeaderCalls
}

/** Milliseconds between two looks whether another one leads. */
const lookMs = 1_000

/**
 * Seals what front ends share, with the key of the one that leads. It goes from front end to front end; no broker stores it. Secrets of
 * webhooks that were sealed with a key that is replaced are sealed again: they stay for longer than a leader.
 */
export class SharedSeal implements Disposable {
  readonly #options: SharedSealOptions
  #timer: NodeJS.Timeout | undefined
  /** The mark of the leader whose key this one has. */
  #keyOf: string | undefined

  constructor(options: SharedSealOptions) {
    this.#options = options
    options.calls.on('key', () => this.seal.key)
  }

  get seal(): Seal {
    return this.#options.seals.shared
  }

  /** To be called when what others have stored is here. Endpoints that this gateway had alone are shared from now on. */
  async start(): Promise<void> {
    const { store, seals } = this.#options
    const look = () => this.ready().catch(() => {}) // nobody can be asked at the moment
    await look()
    store.transaction((connection) => resealSecrets(connection, [seals.own], this.seal))
    this.#timer = setInterval(() => void look(), lookMs).unref()
  }

  /** Fetches the key of the one that leads, unless this one has it. Rejects where nobody can be asked. */
  async ready(): Promise<void> {
    const { calls, leadership } = this.#options
    const { leader } = leadership
    if (calls.isHere) this.#keyOf = undefined
    else if (leader === undefined || leader !== this.#keyOf) {
      this.#replace(String(await calls.ask({ op: 'key' })))
      this.#keyOf = leader
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #replace(key: string): void {
    if (key === this.seal.key) return
    const { store, seals } = this.#options
    const next = this.seal.withKey(key)
    store.transaction((connection) => resealSecrets(connection, [this.seal, seals.own], next))
    this.seal.replaceKey(key)
  }
}
