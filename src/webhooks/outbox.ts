import { createHash } from 'node:crypto'
import type { Connection } from '../store/connection.ts'
import type { Seal } from '../store/seal.ts'
import type { Tables } from '../store/tables.ts'
import { endpointsFor } from './endpoints.ts'
import { bodyOf, newWebhookId } from './event.ts'
import type { WebhookEvent, WebhookTarget } from './event.ts'

/** One message to one receiver, until that has taken it. */
export interface Delivery {
  sequence: number
  /** The same at every attempt. */
  id: string
  owner: string
  url: string
  /** As they are stored. None where it is to be signed with the operator's. */
  secrets: string[]
  body: string
  /** Those that have failed. */
  attempts: number
}

/** Seconds from one attempt to the next: a day in all. They are counted, so that a clock that is set does not end them. */
const delays = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 36_000]
/** Beyond this nothing is due: what is, was stored before the clock was set back. */
const furthestMs = 40_000_000

/** What is still to be sent, in all gateways that share the store. */
export class Outbox {
  readonly #tables: Tables
  readonly #seal: Seal

  constructor(tables: Tables, seal: Seal) {
    this.#tables = tables
    this.#seal = seal
  }

  /** Adds an event for all who want it, in the transaction of what has happened. Returns how many do. */
  add(connection: Connection, owner: string, event: WebhookEvent, target?: WebhookTarget): number {
    const body = bodyOf(event)
    const endpoints = endpointsFor(connection, owner, event.type)
    const insert = (id: string, endpoint: string | null, url: string | null, secret: string | null) =>
      connection.run(
        'INSERT INTO webhook_deliveries (id, owner, endpoint, url, secret, body, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[id, owner, endpoint, url, secret, body, Date.now()]
      )
    for (const endpoint of endpoints) {
      const id = deliveryId(event, endpoint)
      const waits = 'SELECT 1 FROM webhook_deliveries WHERE endpoint = ? AND id = ?'
      if (!event.origin || !connection.get(waits, endpoint, id)) insert(id, endpoint, null, null)
    }
    if (target)
      insert(newWebhookId('wh'), null, target.url, target.secret === undefined ? null : this.#seal.seal(target.secret))
    return endpoints.length + (target ? 1 : 0)
  }

  /** How many messages of an owner wait; inside of a transaction with its `connection`. */
  count(owner: string, connection?: Connection): number {
    if (connection === undefined) return this.#tables.use((opened) => this.count(owner, opened))
    return Number(connection.get('SELECT count(*) FROM webhook_deliveries WHERE owner = ?', owner)?.[0])
  }

  /** Takes the message that has been due the longest, but none of owners in `except`. */
  claim(holder: string, except: readonly string[]): Delivery | undefined {
    const now = Date.now()
    return this.#tables.transaction((connection) => {
      const row = connection.get(
        `SELECT delivery.sequence, delivery.id, delivery.owner, coalesce(endpoints.url, delivery.url),
           coalesce(endpoints.secret, delivery.secret), iif(former_until > ?1, former_secret, NULL), body, attempts
         FROM webhook_deliveries delivery LEFT JOIN webhook_endpoints endpoints ON endpoints.id = endpoint
         WHERE holder IS NULL AND (due_at <= ?1 OR due_at > ?2)
           AND delivery.owner NOT IN (SELECT value FROM json_each(?3)) ORDER BY due_at, delivery.sequence LIMIT 1`,
        ...[now, now + furthestMs, JSON.stringify(except)]
      )
      if (!row) return undefined
      const delivery = deliveryFrom(row)
      connection.run('UPDATE webhook_deliveries SET holder = ? WHERE sequence = ?', holder, delivery.sequence)
      return delivery
    })
  }

  /** Milliseconds until another message is due; undefined where none waits. */
  nextIn(): number | undefined {
    const row = this.#tables.use((connection) =>
      connection.get('SELECT min(due_at) FROM webhook_deliveries WHERE holder IS NULL')
    )
    return typeof row?.[0] === 'number' ? Math.max(0, row[0] - Date.now()) : undefined
  }

  remove({ sequence }: Delivery): void {
    this.#tables.use((connection) => connection.run('DELETE FROM webhook_deliveries WHERE sequence = ?', sequence))
  }

  /** Notes that an attempt has failed. False where it was the last: the message is deleted. */
  postpone(delivery: Delivery): boolean {
    const delay = delays[delivery.attempts]
    if (delay === undefined) return (this.remove(delivery), false)
    const dueAt = Math.round(Date.now() + delay * 1000 * (0.9 + Math.random() / 5))
    this.#tables.use((connection) =>
      connection.run(
        'UPDATE webhook_deliveries SET holder = NULL, attempts = attempts + 1, due_at = ? WHERE sequence = ?',
        ...[dueAt, delivery.sequence]
      )
    )
    return true
  }

  /** Lets any gateway send a message whose attempt did not come to an end. */
  release({ sequence }: Delivery): void {
    this.#tables.use((connection) =>
      connection.run('UPDATE webhook_deliveries SET holder = NULL WHERE sequence = ?', sequence)
    )
  }

  /** Releases what gateways were sending that are no longer there. */
  releaseLost(isAlive: (holder: string) => boolean): void {
    this.#tables.transaction((connection) => {
      for (const [holder] of connection.all('SELECT DISTINCT holder FROM webhook_deliveries WHERE holder IS NOT NULL'))
        if (!isAlive(String(holder)))
          connection.run('UPDATE webhook_deliveries SET holder = NULL WHERE holder = ?', String(holder))
    })
  }
}

/** The same for an event that is reported again, so that its receiver knows what it has had. */
function deliveryId({ origin }: WebhookEvent, endpoint: string): string {
  if (!origin) return newWebhookId('wh')
  return `wh_${createHash('sha256').update(`${origin.id} ${endpoint}`).digest('hex').slice(0, 32)}`
}

function deliveryFrom([sequence, id, owner, url, secret, former, body, attempts]: unknown[]): Delivery {
  return {
    ...{ sequence: Number(sequence), id: String(id), owner: String(owner), url: String(url), body: String(body) },
    secrets: [secret, former].filter((text) => typeof text === 'string'),
    attempts: Number(attempts)
  }
}
