import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import { tasksSchema } from './schema.ts'

/** The tables of tasks, made when they are first used: a gateway whose store cannot be opened serves all else. */
export class TaskTables {
  readonly #store: Pick<Store, 'add' | 'use' | 'transaction'>
  #added = false

  constructor(store: Pick<Store, 'add' | 'use' | 'transaction'>) {
    this.#store = store
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
    this.#store.add(tasksSchema)
    this.#added = true
  }
}
