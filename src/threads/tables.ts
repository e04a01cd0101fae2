import { expiryClock } from '../store/clock.ts'
import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import { threadsSchema } from './schema.ts'

export interface ThreadBounds {
  /** Milliseconds that a thread lives after its last turn. */
  ttlMs: number
  /** How many there may be, of all owners together. */
  count: number
}

/** The tables of threads, made when they are first used: a gateway whose store cannot be opened serves all else. */
export class ThreadTables {
  readonly bounds: ThreadBounds
  readonly #store: Store
  #added = false

  constructor(store: Store, bounds: ThreadBounds) {
    this.#store = store
    this.bounds = bounds
  }

  /** Unix milliseconds: a thread that was last used before has expired. */
  get oldest(): number {
    return expiryClock() - this.bounds.ttlMs
  }

  use<T>(action: (connection: Connection) => T): T {
    this.#add()
    return this.#store.use(action)
  }

  /** As `use`, in one transaction, alone among all gateways that share the store. */
  transaction<T>(action: (connection: Connection) => T): T {
    this.#add()
    return this.#store.transaction(action)
  }

  #add(): void {
    if (this.#added) return
    this.#store.add(threadsSchema)
    this.#added = true
  }
}
