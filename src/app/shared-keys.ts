import type { Change } from '../store/shared.ts'
import type { Store } from '../store/store.ts'

/** Milliseconds from one look at what other processes have changed to the next. */
const lookMs = 500
/** `end`: the column with the time from which a row is void. */
const tables = [
  { table: 'api_keys', key: 'id', end: 'revoked_at' },
  { table: 'api_key_secrets', key: 'digest', end: 'expires_at' }
] as const

/**
 * Shares the API keys that the command changes, in a process of its own, with the other front ends: rows that are not as they
 * were last shared are written again here, where that is noticed.
 */
export class SharedKeys implements Disposable {
  readonly #store: Pick<Store, 'use' | 'transaction'>
  /** Rows as they were last shared, as JSON, by their table and key. */
  readonly #known = new Map<string, string>()
  /** Ends of rows that have one: nobody takes them back, as a front end could that was away for longer than changes are stored. */
  readonly #ends = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #count = -1

  /** `store`: shared already, with all that the others have stored until now. */
  constructor(store: Pick<Store, 'use' | 'transaction'>) {
    this.#store = store
    this.#timer = setInterval(() => this.#look(), lookMs).unref()
    this.#look()
  }

  /** A row of another front end is here: this process reads its keys again, and does not send it back. */
  applied({ table, key, row }: Change): void {
    const shared = tables.find((one) => one.table === table)
    if (!shared || !row) return
    const [id] = JSON.parse(String(key)) as [string]
    const [name, end] = [nameOf(shared.table, id), row[shared.end]]
    const known = this.#ends.get(name) ?? Infinity
    if (typeof end === 'number' && end < known) this.#ends.set(name, end)
    this.#store.transaction((connection) => {
      connection.execute('UPDATE api_key_changes SET count = count + 1')
      const now = connection.get(`SELECT * FROM ${shared.table} WHERE ${shared.key} = ?`, id)
      this.#known.set(name, JSON.stringify(now))
      if (Number(end ?? Infinity) > known)
        connection.run(`UPDATE ${shared.table} SET ${shared.end} = ? WHERE ${shared.key} = ?`, known, id) // which is sent
    })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    try {
      this.#store.transaction((connection) => {
        const count = Number(connection.get('SELECT count FROM api_key_changes')?.[0])
        if (count === this.#count) return
        this.#count = count
        for (const { table, key, end } of tables)
          for (const [id, over, ...values] of connection.all(`SELECT ${key}, ${end}, * FROM ${table}`)) {
            const name = nameOf(table, String(id))
            if (over !== null) this.#ends.set(name, Number(over))
            if (this.#known.get(name) === JSON.stringify(values)) continue
            this.#known.set(name, JSON.stringify(values))
            connection.run(`UPDATE ${table} SET ${key} = ${key} WHERE ${key} = ?`, String(id))
          }
      })
    } catch {
      // the store cannot be used at the moment
    }
  }
}

const nameOf = (table: string, id: string) => `${table} ${id}`
