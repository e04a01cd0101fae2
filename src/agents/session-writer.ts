import type { Notice } from '../sessions/journal-store.ts'
import type { RecordStore } from '../sessions/record-store.ts'
import type { Session } from '../sessions/session.ts'
import { eventId } from './ids.ts'
import type { NewRecord } from './turn-host.ts'

/** What is stored with an event. */
export interface Stored {
  records?: readonly NewRecord[] | undefined
  /** How the session is now, as JSON; as before where it is left out. */
  status?: string | undefined
  notice?: Notice | undefined
}

/** Events that name their session, beside those that show it. */
const withSession = /^(?:agent\.session\.(?:turn|environment)\.|agent\.output\.|error$)/

/** Writes the events of the Agents API into the journal of a session, with what they change. */
export class SessionWriter {
  readonly #session: Session
  readonly #stored: Pick<RecordStore, 'find'>
  #records: NewRecord[] = []

  constructor(session: Session, stored: Pick<RecordStore, 'find'>) {
    this.#session = session
    this.#stored = stored
  }

  /** To be stored with the next event. */
  note(records: readonly NewRecord[]): void {
    this.#records.push(...records)
  }

  emit(type: string, fields: object, { records = [], ...stored }: Stored): void {
    const { journal, record } = this.#session
    const event_id = eventId(record.id, journal.seq + 1)
    const named = withSession.test(type) ? { session_id: record.id } : {}
    const all = [...records, ...this.#records.splice(0)]
    journal.append('agent', JSON.stringify({ type, event_id, ...named, ...fields }), { ...stored, records: all })
  }

  /** Stores what there is, also what came without an event. */
  flush(status?: string): void {
    const { journal } = this.#session
    if (this.#records.length > 0 || status !== undefined) journal.note({ records: this.#records.splice(0), status })
    journal.flush()
  }

  /** The body of something that is stored. */
  find(kind: string, id: string): string | undefined {
    this.#session.journal.flush()
    return this.#stored.find(this.#session.record.id, kind, id)?.body
  }
}
