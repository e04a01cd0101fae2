import type { Connection } from './connection.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** The tables of one module, made when they are first used: a gateway whose store cannot be opened serves all else. */
export class Tables {
  readonly #store: Pick<Store, 'add' | 'use' | 'transaction'>
  readonly #schema: Schema
  #added = false

  constructor(store: Pick<Store, 'add' | 'use' | 'transaction'>, schema: Schema) {
    this.#store = store
    this.#schema = schema
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

  /** Makes them inside of a transaction. Not noted as done: one that is rolled back takes them with it. */
  addWithin(): void {
    if (!this.#added) this.#store.add(this.#schema)
  }

  #add(): void {
    if (this.#added) return
    this.#store.add(this.#schema)
    this.#added = true
  }
}
