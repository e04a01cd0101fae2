import type { RowTable } from '../store/schema.ts'
import type { Change } from '../store/shared.ts'

/** A row of a table of its own; `key` as JSON. */
export interface LedRow {
  table: string
  key: string
}

/**
 * Rows that only the gateway that leads writes. Those that this one wrote while another led are stray: here they are as nobody else has
 * them, until that one has sent its own.
 */
export class LedRows {
  readonly #tables: ReadonlyMap<string, RowTable['led']>
  readonly #stray = new Map<string, LedRow>()

  constructor(tables: readonly RowTable[]) {
    this.#tables = new Map(tables.map(({ table, led }) => [table, led]))
  }

  has({ table, key }: Change): boolean {
    const led = this.#tables.get(table ?? '')
    return led === true || (led !== undefined && led((JSON.parse(String(key)) as unknown[])[0]))
  }

  get stray(): readonly LedRow[] {
    return [...this.#stray.values()]
  }

  noteStray({ table = '', key = '' }: Change): void {
    this.#stray.set(`${table} ${key}`, { table, key: String(key) })
  }

  /** These of `stray` are here as everywhere, but for those that were noted again meanwhile. */
  settled(rows: readonly LedRow[]): void {
    for (const row of rows) {
      const name = `${row.table} ${row.key}`
      if (this.#stray.get(name) === row) this.#stray.delete(name)
    }
  }
}
