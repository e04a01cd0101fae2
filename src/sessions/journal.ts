import { audienceOf, eventsAfter, eventsFor, eventText } from './event.ts'
import type { Audience, SessionEventType } from './event.ts'
import type { JournalBatch, JournalItem, JournalStore, JournalTurn, Notice } from './journal-store.ts'
import type { JournalRecord } from './record-store.ts'

/** What an event says of the turns and items of its session. */
export interface JournalNote {
  turn?: Omit<JournalTurn, 'seq'> | undefined
  item?: Omit<JournalItem, 'seq' | 'at'> | undefined
  records?: readonly Omit<JournalRecord, 'seq'>[] | undefined
  /** JSON. */
  usage?: string | undefined
  /** JSON. */
  status?: string | undefined
  notice?: Notice | undefined
}

/** Takes events as text; a promise says that its reader is behind, until it resolves. */
export type Send = (text: string) => Promise<void> | undefined

/** Events that wait to be stored: milliseconds, characters, and how many. */
const batch = { ms: 100, length: 65_536, count: 2_000 }

/** How many readers are sent something in a millisecond: to 64 a write for each piece of text takes longer than codex takes to write it. */
const readersPerMs = 16

/** More than the events that a gateway can have passed on and not stored when it is killed: what comes after has a larger id than all of them. */
export const lostAtMost = batch.count + 1

/**
 * What happened in a session, in order. Events of one turn of the event loop are passed on together to those who read along, and stored
 * with others a moment later: no write to the store for each delta, and not one to each reader for each event. All of it can be read all
 * the same, for reading stores first what waits.
 */
export class Journal {
  readonly #store: JournalStore
  readonly #session: string
  readonly #readers: Readonly<Record<Audience, Set<Reader>>> = { agent: new Set(), session: new Set() }
  #seq: number
  #waiting = nothing()
  #hasFailed = false
  /** What readers are sent next. */
  readonly #unsent: Record<Audience, string> = { agent: '', session: '' }
  #cancelSending: (() => void) | undefined
  #sentAt = -Infinity

  /** `seq`: of the last event that is stored. */
  constructor(store: JournalStore, session: string, seq: number) {
    this.#store = store
    this.#session = session
    this.#seq = seq
  }

  /** Of the last event. */
  get seq(): number {
    return this.#seq
  }

  /** Adds an event and returns its `seq`. Throws while nothing can be stored. */
  append(
    type: SessionEventType,
    data: string,
    { turn, item, records = [], usage, status, notice }: JournalNote = {}
  ): number {
    this.check()
    const seq = ++this.#seq
    const text = eventText(seq, type, data)
    const waiting = this.#waiting
    waiting.text += text
    waiting.count += 1
    if (turn) waiting.turns.push({ ...turn, seq })
    if (item) waiting.items.push({ ...item, seq, at: Date.now() })
    for (const record of records) waiting.records.push({ ...record, seq })
    waiting.usage = usage ?? waiting.usage
    waiting.status = status ?? waiting.status
    if (notice) waiting.notices.push(notice)
    this.#pass(audienceOf(type), text)
    if (waiting.text.length >= batch.length || waiting.count >= batch.count) this.flush()
    else this.#store.waiting.add(this, batch.ms)
    return seq
  }

  /** Throws while nothing can be stored. */
  check(): void {
    if (this.#hasFailed) this.flush()
  }

  /** Stores something beside events, with the next of them or at the next `flush`. */
  note({ records = [], status }: Pick<JournalNote, 'records' | 'status'>): void {
    for (const record of records) this.#waiting.records.push({ ...record, seq: this.#seq })
    this.#waiting.status = status ?? this.#waiting.status
    this.#waiting.hasNotes = true
  }

  /** Stores what waits for it. */
  flush(): void {
    this.write()
    this.written()
  }

  /** Gives the store what waits for it. It waits until `written` is called: the transaction around this may fail. */
  write(): void {
    this.#store.waiting.delete(this)
    if (this.#waiting.count === 0 && !this.#waiting.hasNotes) return
    this.#hasFailed = true
    this.#store.append(this.#session, { ...this.#waiting, last: this.#seq })
  }

  written(): void {
    if (!this.#hasFailed) return
    this.#hasFailed = false
    this.#waiting = nothing()
  }

  /**
   * The next events after `after`; undefined where there are none yet. Where some are no longer stored, `gap` is the `seq` of the last of them.
   * One that is not in the journal, such as of another store, is such a gap, too.
   */
  read(after: number, audience: Audience = 'session'): { text: string; last: number } | { gap: number } | undefined {
    this.flush()
    if (after > this.#seq) return { gap: this.#seq }
    const { trimmed, row } = this.#store.after(this.#session, after)
    if (after < trimmed) return { gap: trimmed }
    return row && { text: eventsFor(audience, eventsAfter(row.text, after)), last: row.last }
  }

  /** Passes each new event on as it comes, until its reader is behind, and then resolves with the last one's `seq` when that has read it; or until `signal` aborts. */
  async live(send: Send, signal: AbortSignal, audience: Audience = 'session'): Promise<number> {
    const readers = this.#readers[audience]
    this.#send() // this reader has it
    let stop = () => {}
    const behind = new Promise<{ at: number; caughtUp?: Promise<void> }>((resolve) => {
      const reader = (text: string, seq: number) => {
        const caughtUp = send(text)
        if (caughtUp === undefined) return
        readers.delete(reader)
        resolve({ at: seq, caughtUp })
      }
      stop = () => {
        this.#send()
        readers.delete(reader)
        resolve({ at: this.#seq })
      }
      readers.add(reader)
      signal.addEventListener('abort', stop, { once: true })
    })
    const { at, caughtUp } = await behind
    signal.removeEventListener('abort', stop)
    await caughtUp
    return at
  }

  #pass(audience: Audience, text: string): void {
    if (this.#readers[audience].size === 0) return
    this.#unsent[audience] += eventsFor(audience, text)
    if (this.#unsent[audience].length >= batch.length) this.#send()
    else this.#cancelSending ??= this.#sendSoon(this.#readers[audience].size)
  }

  /** At the end of this turn of the event loop; a while later where there are many readers who have just been sent something. */
  #sendSoon(readers: number): () => void {
    const wait = this.#sentAt + Math.floor(readers / readersPerMs) - performance.now()
    const send = () => this.#send()
    if (wait <= 0) {
      const immediate = setImmediate(send)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(send, wait)
    return () => clearTimeout(timer)
  }

  /** Sends readers all that they have not been sent. */
  #send(): void {
    this.#cancelSending?.()
    this.#cancelSending = undefined
    this.#sentAt = performance.now()
    for (const audience of ['agent', 'session'] as const) {
      const text = this.#unsent[audience]
      this.#unsent[audience] = ''
      if (text !== '') for (const reader of this.#readers[audience]) reader(text, this.#seq)
    }
  }
}

interface Waiting extends Omit<JournalBatch, 'last'> {
  count: number
  hasNotes?: boolean
  turns: JournalTurn[]
  items: JournalItem[]
  records: JournalRecord[]
  notices: Notice[]
}

type Reader = (text: string, seq: number) => void

const nothing = (): Waiting => ({ text: '', count: 0, turns: [], items: [], records: [], notices: [] })
