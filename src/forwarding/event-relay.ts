import { principalName } from '../access/principal.ts'
import type { Mail } from '../broker/broker.ts'
import type { Connection } from '../store/connection.ts'
import type { Schema } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import { newWebhookId } from '../webhooks/event.ts'
import type { WebhookEvent } from '../webhooks/event.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'
import { webhooksAnswerFrom } from '../wire/webhooks.ts'
import type { RelayedEvent, ToWebhooks } from '../wire/webhooks.ts'
import { pause } from './asking.ts'

export interface EventRelayOptions {
  store: Store
  mail: Pick<Mail, 'request' | 'maxChars'>
  subjects: Subjects
  /** The worker, and its life. */
  sender: () => { worker: string; run: string }
  /** Front ends that are there, the one first through which this owner's last request came. */
  frontsFor: (owner: string) => readonly string[]
}

/** Events of one owner that may wait for a front end, and that one message has. */
const bounds = { waiting: 10_000, message: 100 }

/** What waits to be relayed; `data` is JSON, times are Unix milliseconds. */
const relaySchema: Schema = {
  module: 'webhook_relay',
  steps: [
    `CREATE TABLE relayed_webhook_events (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, owner TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX relayed_webhook_events_by_owner ON relayed_webhook_events (owner, sequence)`
  ]
}

/** Brings the webhook events of a worker to a front end, which has the endpoints: each at least once, however often either ends meanwhile. */
export class EventRelay implements AsyncDisposable {
  readonly #options: EventRelayOptions
  readonly #tables: Tables
  readonly #stopped = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: EventRelayOptions) {
    this.#options = options
    this.#tables = new Tables(options.store, relaySchema)
  }

  /** Stores an event in the transaction that stores what it reports. Where too many of its owner wait, it is left out. */
  publish(connection: Connection, owner: string, { type, data }: WebhookEvent): void {
    this.#tables.addWithin()
    const waiting = connection.get('SELECT count(*) FROM relayed_webhook_events WHERE owner = ?', owner)?.[0]
    if (Number(waiting) >= bounds.waiting) return
    connection.run(
      'INSERT INTO relayed_webhook_events (id, owner, type, data, created_at) VALUES (?, ?, ?, ?, ?)',
      ...[newWebhookId('evt'), owner, type, JSON.stringify(data), Date.now()]
    )
    setImmediate(this.wake)
  }

  /** Sends what waits. */
  readonly wake = (): void => {
    if (this.#stopped.signal.aborted) return
    this.#running ??= this.#sendAll().finally(() => (this.#running = undefined))
  }

  /** What no front end has taken stays for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  async #sendAll(): Promise<void> {
    while (!this.#stopped.signal.aborted)
      try {
        const batch = this.#next()
        if (!batch) return
        if (await this.#isTaken(batch.owner, batch.events)) this.#remove(batch)
        else await pause()
      } catch {
        await pause() // the store cannot be used at the moment
      }
  }

  /** The events that have waited longest, of one owner. */
  #next(): Batch | undefined {
    const rows = this.#tables.use((connection) =>
      connection.all(
        `SELECT sequence, owner, id, type, data, created_at FROM relayed_webhook_events
         WHERE owner = (SELECT owner FROM relayed_webhook_events ORDER BY sequence LIMIT 1) ORDER BY sequence LIMIT ?`,
        bounds.message
      )
    )
    const [first] = rows
    if (!first) return undefined
    let chars = this.#options.mail.maxChars
    const fits = rows.filter((row, at) => (chars -= 200 + String(row[4]).length) > 0 || at === 0)
    return {
      owner: String(first[1]),
      last: Number(fits.at(-1)?.[0]),
      events: fits.map(([, , id, type, data, createdAt]) => ({
        ...{ id: String(id), type: String(type), createdAt: Number(createdAt) },
        data: JSON.parse(String(data)) as RelayedEvent['data']
      }))
    }
  }

  #remove({ owner, last }: Batch): void {
    this.#tables.use((connection) =>
      connection.run('DELETE FROM relayed_webhook_events WHERE owner = ? AND sequence <= ?', owner, last)
    )
  }

  /** A refusal is for good: the owner's sessions are elsewhere. */
  async #isTaken(owner: string, events: RelayedEvent[]): Promise<boolean> {
    const { store, mail, subjects, sender, frontsFor } = this.#options
    const message: ToWebhooks = { do: 'webhooks', ...sender(), owner, events }
    for (const front of frontsFor(owner)) {
      const answer = webhooksAnswerFrom(await mail.request(subjects.front(front), message, times.take).catch(() => {}))
      if (answer && 'refused' in answer)
        store.warn({ principal: principalName(owner), error: answer.refused.message }, 'webhook events were not sent')
      if (answer) return true
    }
    return false
  }
}

interface Batch {
  owner: string
  /** The sequence of the last of them. */
  last: number
  events: RelayedEvent[]
}
