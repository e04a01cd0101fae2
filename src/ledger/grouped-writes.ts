import { GatewayError } from '../turn/error.ts'
import type { Store } from '../store/store.ts'
import type { Connection } from '../store/connection.ts'
import { GroupIds } from './group.ts'
import type { LedgerIds } from './ids.ts'
import { PendingSums } from './sums.ts'

/** What a write has to do with: it runs inside a transaction, with other writes of the same moment. */
export interface Batch {
  readonly connection: Connection
  readonly groups: GroupIds
  readonly sums: PendingSums
}

export type Write<T> = (batch: Batch) => T

interface Waiting {
  write: Write<unknown>
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  /** Its result where the store cannot be used: it is then written later. */
  later?: { result: unknown } | undefined
}

export interface WriteOptions {
  /** Others may come within some milliseconds before it is written. */
  patient?: boolean | undefined
}

/** Milliseconds that patient writes wait for others, and between two attempts where the store cannot be used. */
const times = { patience: 10, retry: 1_000 }
/** Writes that wait for a store that can be used; the oldest are given up for more. */
const maxLate = 10_000
/** Milliseconds within which other gateways get what was written, unless it cannot wait: a turn changes the same rows several times. */
const shareMs = 250

/**
 * Writes of one moment in one transaction: a commit costs more than all that is written. A write is called again where the
 * transaction was rolled back, so it must not do anything but write.
 */
export class GroupedWrites {
  readonly #store: Store
  readonly #dayOf: (at: number) => number
  readonly #ids: LedgerIds
  #groups: GroupIds
  #connection: Connection | undefined
  #waiting: Waiting[] = []
  #late: Waiting[] = []
  #immediate: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  /** Writes that were given up. */
  lost = 0

  constructor(store: Store, dayOf: (at: number) => number, ids: LedgerIds) {
    this.#store = store
    this.#dayOf = dayOf
    this.#ids = ids
    this.#groups = new GroupIds(ids)
  }

  /** Whether all that was to be written could be. */
  get isCurrent(): boolean {
    return this.#late.length === 0
  }

  /** Resolves with its result when it is committed. Rejects with what it throws, and where the store cannot be used. */
  add<T>(write: Write<T>, options?: WriteOptions): Promise<T> {
    return this.#add(write, options) as Promise<T>
  }

  /** As `add`, but resolves with `result` where the store cannot be used, and is then written when it can. */
  addSooner<T>(write: Write<T>, result: T, options?: WriteOptions): Promise<T> {
    return this.#add(write, options, { result }) as Promise<T>
  }

  /** Writes now what waits. Never throws. */
  flush(): void {
    clearImmediate(this.#immediate)
    clearTimeout(this.#timer)
    this.#immediate = this.#timer = undefined
    const all = [...this.#late, ...this.#waiting]
    if (all.length === 0) return
    this.#late = []
    this.#waiting = []
    this.#write(all)
  }

  /** Somebody else may have written ids that are known here. */
  forget(): void {
    this.#groups = new GroupIds(this.#ids)
  }

  #add(write: Write<unknown>, { patient }: WriteOptions = {}, later?: Waiting['later']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject, later })
      if (patient) this.#timer ??= setTimeout(() => this.flush(), times.patience)
      else this.#immediate ??= setImmediate(() => this.flush())
    })
  }

  #write(all: readonly Waiting[]): void {
    let current: Waiting | undefined
    try {
      const results = this.#store.transaction((connection) => {
        const batch = { connection, groups: this.#groupsOf(connection), sums: new PendingSums(this.#dayOf) }
        const results = all.map((waiting) => (current = waiting).write(batch))
        current = undefined
        batch.sums.write(connection)
        return results
      }, shareMs)
      all.forEach(({ resolve }, index) => resolve(results[index]))
    } catch (error) {
      this.forget()
      if (current === undefined || error instanceof GatewayError) return this.#postpone(all, error)
      current.reject(error) // it alone is wrong
      const others = all.filter((waiting) => waiting !== current)
      if (others.length > 0) this.#write(others)
    }
  }

  #groupsOf(connection: Connection): GroupIds {
    if (connection !== this.#connection) this.forget()
    this.#connection = connection
    return this.#groups
  }

  #postpone(all: readonly Waiting[], error: unknown): void {
    for (const waiting of all) {
      if (waiting.later) {
        waiting.resolve(waiting.later.result)
        this.#late.push(waiting)
      } else waiting.reject(error)
    }
    this.lost += this.#late.splice(0, Math.max(this.#late.length - maxLate, 0)).length
    if (this.#late.length === 0) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.flush(), times.retry).unref()
  }
}
