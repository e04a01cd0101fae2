import { randomBytes } from 'node:crypto'
import type { Claims, Journal } from '../broker/broker.ts'
import { takeChanges, longTextsOf, uses } from '../store/changes.ts'
import { rowTables } from '../store/row-changes.ts'
import type { Change, SharedStore } from '../store/shared.ts'
import type { Schema } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { LedRows } from './led-rows.ts'
import type { LedRow } from './led-rows.ts'
import { SharedClaims, unusableError } from './shared-claims.ts'
import { journalEntryFrom, PendingRows, SeenEntries } from './shared-entry.ts'
import { IncomingChanges } from './incoming-changes.ts'
import { JournalReader } from './journal-reader.ts'
import { OutgoingChanges } from './outgoing-changes.ts'
import { Soonest } from './soonest.ts'

export interface SharedStoreOptions {
  store: Store
  journal: Journal
  claims: Claims
  /** Tables beside those of records, some of which are shared. */
  schemas: readonly Schema[]
  /** Whether the front end with this mark runs, as far as known. */
  isAlive: (mark: string) => boolean
  /** Called with each change of another gateway's, once it is made here. */
  applied?: ((change: Change) => void) | undefined
}

/** Milliseconds until what could not be sent is sent again. */
const retryMs = 1_000

/**
 * One store over several front ends: each has all of it in its own file, and every change goes through one journal in the
 * broker. A change is a row as it is after it, so that the order of the journal decides, and repeating one does no harm.
 */
export class ReplicatedStore implements SharedStore, Disposable {
  readonly #options: SharedStoreOptions
  readonly #from = randomBytes(8).toString('hex')
  /** Rows changed here whose change has not come back yet: it comes after whatever others have written to them before. */
  readonly #pending = new PendingRows()
  readonly #outgoing: OutgoingChanges
  readonly #seen = new SeenEntries()
  #sending: Promise<void> = Promise.resolve()
  readonly #sendSoon = new Soonest(() => void this.#send().catch(() => {}))
  #isClosed = false
  readonly #incoming: IncomingChanges
  readonly #reader: JournalReader
  readonly #claims: SharedClaims
  readonly led: LedRows
  /** The number of this gateway where it leads, and the highest of a leader that was heard of. */
  #ownNumber: number | undefined
  #leader = 0

  constructor(options: SharedStoreOptions) {
    this.#options = options
    const { store, journal, claims, isAlive, schemas } = options
    this.led = new LedRows(rowTables(schemas))
    this.#incoming = new IncomingChanges(options)
    this.#outgoing = new OutgoingChanges({
      ...{ written: () => takeChanges(store, schemas), longTextsOf: (change) => longTextsOf(store, change) },
      unreadable: (error) =>
        store.warn({ cause: String(error) }, 'a text cannot be read; the other front ends do not get it'),
      ...{ from: this.#from, append: (text) => journal.append(text), leader: () => this.#ownNumber },
      ...{ pending: this.#pending, maySend: (change) => this.#maySend(change) }
    })
    this.#claims = new SharedClaims(claims, () => store.presence.id, isAlive)
    this.#reader = new JournalReader({
      ...{ store, journal },
      prepare: () => claims.prepare(),
      begin: () => {
        this.#leader = 0 // the numbers of claims begin again, too
        this.#outgoing.begin()
      },
      apply: (text) => this.#apply(text)
    })
  }

  /** Begins to share, once the broker has the journal. Resolves when what others have stored until now is here. */
  async start(): Promise<void> {
    const { store, schemas } = this.#options
    await this.#reader.prepare()
    for (const schema of schemas) store.add(schema)
    this.#incoming.deletions.prepare()
    store.share(this)
    void this.#reader.follow()
    await this.fresh()
  }

  /** From now on this gateway writes what only a leader may. What one before it still sends is not taken any more. Resolves when all before that is here. */
  async lead(number: number): Promise<void> {
    await this.#options.journal.append(JSON.stringify({ from: this.#from, leader: number, changes: [] }))
    await this.caughtUp()
    this.#ownNumber = number
  }

  /** Whether this gateway leads, and no other one had begun to at the last entry that is here. */
  get isLeading(): boolean {
    return this.#ownNumber !== undefined && this.#leader <= this.#ownNumber
  }

  /** As `fresh`, however long it takes. */
  caughtUp(): Promise<void> {
    return this.#reader.caughtUp()
  }

  /** From now on it does not, and what it has not sent of that is not sent. */
  follow(): void {
    this.#ownNumber = undefined
    void this.#send().catch(() => {})
  }

  /** Sends rows as they are here, or that they are not: another one has them differently. */
  async resend(rows: readonly LedRow[]): Promise<void> {
    this.#options.store.use((connection) => {
      for (const { table, key } of rows) connection.run("INSERT INTO temp.dirty VALUES ('', '', '', ?, ?)", table, key)
    })
    await this.settled()
  }

  changed(withinMs: number): void {
    if (!this.#outgoing.isTaking && !this.#incoming.isWriting) this.#sendSoon.within(withinMs)
  }

  async settled(): Promise<void> {
    await this.#send()
  }

  fresh(): Promise<void> {
    return this.#reader.fresh()
  }

  claim(key: string): Promise<boolean> {
    return this.#claims.claim(key)
  }

  lock(key: string): Promise<(() => void) | undefined> {
    return this.#claims.lock(key)
  }

  isLocked(key: string): Promise<boolean> {
    return this.#claims.isLocked(key)
  }

  isAlive(mark: string): boolean {
    return this.#options.isAlive(mark)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#sendSoon.stop()
    this.#reader[Symbol.dispose]()
  }

  /** One after the other, in the order of writing; what could not be sent goes with the next. */
  #send(): Promise<void> {
    this.#sendSoon.stop()
    const send = this.#sending.catch(() => {}).then(() => this.#sendNow())
    this.#sending = send
    send.catch(() => {})
    return send
  }

  async #sendNow(): Promise<void> {
    if (this.#isClosed) return
    try {
      this.#outgoing.take()
      await this.#outgoing.send()
    } catch (error) {
      if (!this.#isClosed) this.#sendSoon.within(retryMs)
      throw unusableError(error)
    }
  }

  #maySend(change: Change): boolean {
    if (this.#ownNumber !== undefined || !this.led.has(change)) return true
    this.#pending.note(change, -1)
    this.led.noteStray(change)
    return false
  }

  #mayCome(change: Change): boolean {
    return change.table === uses || !this.#pending.has(change) || this.#incoming.deletions.isOne(change)
  }

  async #apply(text: string): Promise<void> {
    const data = journalEntryFrom(text)
    if (!data || this.#seen.has(data)) return
    const { from, leader = 0, changes } = data
    const isOutdated = leader < this.#leader
    this.#leader = Math.max(this.#leader, leader)
    const isVoid = (change: Change) => isOutdated && this.led.has(change) // its writer did not lead any more
    if (from === this.#from) {
      for (const change of changes) this.#pending.note(change, -1)
      for (const change of changes.filter(isVoid)) this.led.noteStray(change)
      this.#incoming.cameBack(changes, (change) => this.#pending.has(change))
    } else await this.#incoming.write(changes.filter((one) => this.#mayCome(one) && !isVoid(one)))
    this.#seen.note(data)
    this.changed(0)
  }
}
