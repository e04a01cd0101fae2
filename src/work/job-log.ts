import { expiryClock } from '../store/clock.ts'
import type { Connection } from '../store/connection.ts'
import type { JobName } from './job.ts'
import type { JobStore } from './job-store.ts'

/** What a reader finds in a log behind an event. */
export interface FoundEvents {
  /** Events as they were appended; some may be before the reader's. */
  text: string
  /** The number of the last event in `text`; the reader's where there is none. */
  last: number
  /** The number of the last event that is gone. */
  trimmed: number
  /** No more will come. */
  ended: boolean
}

/** Characters of one log, and of those of one owner whose work is over; the oldest go first. */
const bounds = { log: 16_777_216, owner: 134_217_728 }
/** Rows that are read at once. */
const pageRows = 16
/** Milliseconds that a log stays after the end. */
const ttlMs = 6 * 3_600_000

/** The events of work, in the store, to be read by who comes late or again. */
export class JobLogs {
  readonly #jobs: JobStore

  constructor(jobs: JobStore) {
    this.#jobs = jobs
  }

  /** Begins the log of a record that is written in the same transaction. */
  create(connection: Connection, name: JobName): void {
    const place = this.#jobs.placeOf(connection, name)
    connection.run('INSERT OR IGNORE INTO job_logs (record) VALUES (?)', place ?? null)
  }

  /** The number of the last event; undefined where there is no log. */
  last(name: JobName): number | undefined {
    const row = this.#jobs.use((connection) =>
      connection.get('SELECT last FROM job_logs WHERE record = ?', this.#jobs.placeOf(connection, name) ?? -1)
    )
    return row && Number(row[0])
  }

  /** Appends events, of which the last has this number. `end`: there will be no more. Does nothing where there is no log. */
  append(connection: Connection, name: JobName, { text, last }: { text: string; last: number }, end = false): void {
    const place = this.#jobs.placeOf(connection, name)
    if (place === undefined) return
    const found = connection.run(
      'UPDATE job_logs SET last = ?, length = length + ?, ended_at = ? WHERE record = ?',
      ...[last, text.length, end ? Date.now() : null, place]
    )
    if (found === 0) return
    if (text !== '') connection.run('INSERT INTO job_events VALUES (?, ?, ?, ?)', place, last, text, text.length)
    this.#trim(connection, place)
    if (end) this.#trimOwner(connection, name.owner)
  }

  /** What comes behind the event `after`, if there is a log. */
  read(name: JobName, after: number): FoundEvents | undefined {
    return this.#jobs.use((connection) => {
      const place = this.#jobs.placeOf(connection, name) ?? -1
      const head = connection.get('SELECT last, trimmed, ended_at IS NOT NULL FROM job_logs WHERE record = ?', place)
      if (!head) return undefined
      const rows = connection.all(
        'SELECT last, CAST(body AS BLOB) FROM job_events WHERE record = ? AND last > ? ORDER BY last LIMIT ?',
        ...[place, after, pageRows]
      )
      const last = rows.length > 0 ? Number(rows.at(-1)?.[0]) : after
      return {
        text: rows.map(([, body]) => Buffer.from(body as Uint8Array).toString()).join(''),
        ...{ last, trimmed: Number(head[1]), ended: head[2] === 1 && last >= Number(head[0]) }
      }
    })
  }

  /** Deletes the logs of work that has been over for long. */
  expire(): void {
    this.#jobs.use((connection) => connection.run('DELETE FROM job_logs WHERE ended_at < ?', expiryClock() - ttlMs))
  }

  #trim(connection: Connection, place: number): void {
    while (Number(connection.get('SELECT length FROM job_logs WHERE record = ?', place)?.[0]) > bounds.log) {
      const [last, length] =
        connection.get('SELECT last, length FROM job_events WHERE record = ? ORDER BY last LIMIT 1', place) ?? []
      if (typeof last !== 'number') return
      connection.run('DELETE FROM job_events WHERE record = ? AND last = ?', place, last)
      connection.run(
        'UPDATE job_logs SET trimmed = ?, length = length - ? WHERE record = ?',
        last,
        Number(length),
        place
      )
    }
  }

  #trimOwner(connection: Connection, owner: string): void {
    const ended = 'FROM job_logs JOIN records ON sequence = record WHERE owner = ? AND ended_at IS NOT NULL'
    while (Number(connection.get(`SELECT coalesce(sum(length), 0) ${ended}`, owner)?.[0]) > bounds.owner)
      connection.run(
        `DELETE FROM job_logs WHERE record = (SELECT record ${ended} ORDER BY ended_at, record LIMIT 1)`,
        owner
      )
  }
}
