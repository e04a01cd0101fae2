import type { Connection } from '../store/connection.ts'
import type { Seal } from '../store/seal.ts'
import type { Tables } from '../store/tables.ts'
import { GatewayError } from '../turn/error.ts'
import { newWebhookId } from './event.ts'
import { newWebhookSecret, secretFrom } from './secret.ts'

/** A receiver that an owner has registered for all events of some types. */
export interface Endpoint {
  id: string
  name: string
  url: string
  eventTypes: string[]
  /** Empty where the store does not have its key any more: give it another one. */
  secret: string
  /** Unix milliseconds. */
  createdAt: number
  updatedAt: number
}

export type EndpointChange = Partial<Pick<Endpoint, 'name' | 'url' | 'eventTypes'>>

/** An endpoint as it is stored: its secret is sealed. */
export interface SealedEndpoint extends Endpoint {
  owner: string
}

/** Adds endpoints where several gateways share them. */
export interface EndpointWriter {
  /** Resolves when what is sealed here can be opened by the one that adds it. */
  ready(): Promise<void>
  /** As `addEndpoint`; it is here and stored for all when it resolves. */
  add(endpoint: SealedEndpoint): Promise<void>
}

const maxPerOwner = 50
const dayMs = 86_400_000
const columns = 'id, name, url, event_types, secret, created_at, updated_at'

/** The endpoints of all owners, each found by its own alone. They stay until they are deleted. */
export class Endpoints {
  readonly #tables: Tables
  readonly #seals: readonly [Seal, ...Seal[]]
  readonly #writer: EndpointWriter | undefined

  /** `seals`: the first one seals secrets, each of them may open them. `writer`: where others have endpoints of the same owners. */
  constructor(tables: Tables, seals: readonly [Seal, ...Seal[]], writer?: EndpointWriter) {
    this.#tables = tables
    this.#seals = seals
    this.#writer = writer
  }

  /** Rejects where the owner has too many. */
  async create(
    owner: string,
    { name, url, eventTypes }: Pick<Endpoint, 'name' | 'url' | 'eventTypes'>
  ): Promise<Endpoint> {
    await this.#writer?.ready()
    const now = Date.now()
    const made: Endpoint = {
      ...{ id: newWebhookId('whe'), name, url, eventTypes },
      ...{ secret: newWebhookSecret(), createdAt: now, updatedAt: now }
    }
    const sealed = { ...made, owner, secret: this.#seals[0].seal(made.secret) }
    if (this.#writer) await this.#writer.add(sealed)
    else this.#tables.transaction((connection) => addEndpoint(connection, sealed))
    return made
  }

  find(owner: string, id: string): Endpoint | undefined {
    return this.#tables.use((connection) => this.#found(connection, owner, id))
  }

  /** The newest first, behind `after`; undefined where that is not there. One more than `limit` where there are more. */
  list(owner: string, limit: number, after?: string): Endpoint[] | undefined {
    return this.#tables.use((connection) => {
      const place =
        after &&
        connection.get('SELECT created_at, sequence FROM webhook_endpoints WHERE owner = ? AND id = ?', owner, after)
      if (after !== undefined && !place) return undefined
      return connection
        .all(
          `SELECT ${columns} FROM webhook_endpoints WHERE owner = ? AND (created_at, sequence) < (?, ?)
           ORDER BY created_at DESC, sequence DESC LIMIT ?`,
          ...[owner, ...(place ? place.map(Number) : [Number.MAX_SAFE_INTEGER, 0]), limit + 1]
        )
        .map((row) => this.#endpointFrom(row))
    })
  }

  update(owner: string, id: string, change: EndpointChange): Endpoint | undefined {
    return this.#tables.transaction((connection) => {
      const before = this.#found(connection, owner, id)
      const after = before && { ...before, ...change, updatedAt: Date.now() }
      if (after)
        connection.run(
          'UPDATE webhook_endpoints SET name = ?, url = ?, event_types = ?, updated_at = ? WHERE id = ?',
          ...[after.name, after.url, JSON.stringify(after.eventTypes), after.updatedAt, id]
        )
      return after
    })
  }

  /** Gives an endpoint another secret; for one day what is sent is signed with the former one too, if that is wished. */
  rotate(owner: string, id: string, keepFormer: boolean): Endpoint | undefined {
    return this.#tables.transaction((connection) => {
      if (!this.#found(connection, owner, id)) return undefined
      const now = Date.now()
      connection.run(
        'UPDATE webhook_endpoints SET former_secret = secret, former_until = ?, secret = ?, updated_at = ? WHERE id = ?',
        ...[keepFormer ? now + dayMs : 0, this.#seals[0].seal(newWebhookSecret()), now, id]
      )
      return this.#found(connection, owner, id)
    })
  }

  /** Deletes it, with what was to be sent to it. False where it was not there. */
  delete(owner: string, id: string): boolean {
    return this.#tables.use(
      (connection) => connection.run('DELETE FROM webhook_endpoints WHERE owner = ? AND id = ?', owner, id) === 1
    )
  }

  #found(connection: Connection, owner: string, id: string): Endpoint | undefined {
    const row = connection.get(`SELECT ${columns} FROM webhook_endpoints WHERE owner = ? AND id = ?`, owner, id)
    return row && this.#endpointFrom(row)
  }

  #endpointFrom([id, name, url, eventTypes, secret, createdAt, updatedAt]: unknown[]): Endpoint {
    return {
      ...{ id: String(id), name: String(name), url: String(url) },
      secret: secretFrom(this.#seals, String(secret)) ?? '',
      eventTypes: JSON.parse(String(eventTypes)) as string[],
      ...{ createdAt: Number(createdAt), updatedAt: Number(updatedAt) }
    }
  }
}

/** Stores an endpoint. Throws where its owner has too many. */
export function addEndpoint(connection: Connection, added: SealedEndpoint): void {
  const { owner, id, name, url, eventTypes, secret, createdAt, updatedAt } = added
  const [count] = connection.get('SELECT count(*) FROM webhook_endpoints WHERE owner = ?', owner) ?? []
  if (Number(count) >= maxPerOwner)
    throw new GatewayError('conflict', `You have ${maxPerOwner} webhook endpoints already; delete one first.`)
  connection.run(
    `INSERT INTO webhook_endpoints (owner, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[owner, id, name, url, JSON.stringify(eventTypes), secret, createdAt, updatedAt]
  )
}

/** The ids of an owner's endpoints that want events of a type. */
export function endpointsFor(connection: Connection, owner: string, type: string): string[] {
  return connection
    .all(
      `SELECT id FROM webhook_endpoints WHERE owner = ?
       AND EXISTS (SELECT 1 FROM json_each(event_types) WHERE value = ?)`,
      owner,
      type
    )
    .map(([id]) => String(id))
}
