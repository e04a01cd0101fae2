import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import { GatewayError } from '../turn/error.ts'
import { environmentsSchema } from './schema.ts'

/** What environments and artifacts may take. Bytes, and counts. */
export interface DiskBounds {
  /** All together, and those of one owner. */
  bytes: number
  bytesPerOwner: number
  environments: number
  environmentsPerOwner: number
  artifactsPerOwner: number
  uploadsPerOwner: number
}

/** The tables of environments and their artifacts, within their bounds. */
export class EnvironmentTables {
  readonly bounds: DiskBounds
  readonly #tables: Tables

  constructor(store: Pick<Store, 'add' | 'use' | 'transaction'>, bounds: DiskBounds) {
    this.#tables = new Tables(store, environmentsSchema)
    this.bounds = bounds
  }

  use<T>(action: (connection: Connection) => T): T {
    return this.#tables.use(action)
  }

  /** As `use`, in one transaction, alone among all gateways that share the store. */
  transaction<T>(action: (connection: Connection) => T): T {
    return this.#tables.transaction(action)
  }

  /** Throws `rate_limited` where there is no room for so many bytes more. */
  checkBytes(connection: Connection, owner: string, more: number): void {
    if (this.hasRoom(connection, owner, more)) return
    throw new GatewayError(
      'rate_limited',
      'Environments, artifacts and files take too much disk. Delete sessions, artifacts or files.'
    )
  }

  hasRoom(connection: Connection, owner: string, more: number): boolean {
    const { bytes, bytesPerOwner } = this.bounds
    return bytesOf(connection, owner) + more <= bytesPerOwner && bytesOf(connection) + more <= bytes
  }

  /** Gives all of one owner's to another. */
  adopt(from: string, to: string): void {
    this.transaction((connection) => {
      for (const table of ['environments', 'artifacts', 'uploads'])
        connection.run(`UPDATE OR IGNORE ${table} SET owner = ? WHERE owner = ?`, to, from)
    })
  }
}

/** Bytes of one owner, or of all. */
function bytesOf(connection: Connection, owner?: string): number {
  const [condition, parameters] = owner === undefined ? ['1', []] : ['owner = ?', [owner]]
  const sql = (column: string, table: string) => `SELECT coalesce(sum(${column}), 0) FROM ${table} WHERE ${condition}`
  const [environments] = connection.get(sql('bytes', 'environments'), ...parameters) ?? []
  const [artifacts] = connection.get(sql('size', 'artifacts'), ...parameters) ?? []
  const [uploads] = connection.get(sql('size', 'uploads'), ...parameters) ?? []
  return Number(environments) + Number(artifacts) + Number(uploads)
}
