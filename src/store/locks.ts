import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import type { Presence } from './presence.ts'
import type { Storage } from './storage.ts'

/** Where records are stored, and the mark of this process. */
export interface LockStorage extends Storage {
  readonly presence: Presence
}

/** The records of one kind. */
export interface LockedRecords {
  place: (connection: Connection, owner: string, id: string) => number | undefined
}

/** Records that one piece of work at a time has to itself, in all gateways that share the store. What a gateway that was killed had is free. */
export class Locks {
  readonly #storage: LockStorage
  readonly #records: LockedRecords
  readonly #own = new Set<string>()

  constructor(storage: LockStorage, records: LockedRecords) {
    this.#storage = storage
    this.#records = records
  }

  /** Takes a record. Returns what frees it again, or why it could not be taken. */
  take(owner: string, id: string): (() => void) | 'gone' | 'taken' {
    const holder = `${this.#storage.presence.id} ${randomUUID()}`
    return this.#storage.transaction((connection) => {
      const place = this.#records.place(connection, owner, id)
      if (place === undefined) return 'gone'
      if (this.#isHeld(connection, place)) return 'taken'
      connection.run('INSERT OR REPLACE INTO locks VALUES (?, ?)', place, holder)
      this.#own.add(holder)
      return () => this.#free(holder)
    })
  }

  /** The same among all gateways, with files of their own, too. */
  async takeAnywhere(owner: string, id: string): Promise<(() => void) | 'gone' | 'taken'> {
    const free = this.take(owner, id)
    const { shared } = this.#storage
    if (typeof free === 'string' || !shared) return free
    const freeThere = await shared.lock(keyOf(owner, id)).catch((error: unknown) => {
      free()
      throw error
    })
    if (!freeThere) free()
    return freeThere ? () => (free(), freeThere()) : 'taken'
  }

  /** Whether somebody has it. */
  async isTaken(owner: string, id: string): Promise<boolean> {
    if ((await this.#storage.shared?.isLocked(keyOf(owner, id))) ?? false) return true
    return this.#storage.use((connection) => this.#isHeld(connection, this.#records.place(connection, owner, id) ?? -1))
  }

  #isHeld(connection: Connection, place: number): boolean {
    const [holder] = connection.get('SELECT holder FROM locks WHERE record = ?', place) ?? []
    if (typeof holder !== 'string') return false
    const [process = ''] = holder.split(' ')
    const { presence } = this.#storage
    return process === presence.id ? this.#own.has(holder) : presence.isAlive(process)
  }

  /** It is free even where that cannot be written. */
  #free(holder: string): void {
    this.#own.delete(holder)
    try {
      this.#storage.use((connection) => connection.run('DELETE FROM locks WHERE holder = ?', holder))
    } catch (error) {
      this.#storage.warn({ cause: (error as Error).message }, 'a lock could not be removed; this gateway ignores it')
    }
  }
}

const keyOf = (owner: string, id: string) => `lock\0${owner}\0${id}`
