import type { Connection } from '../store/connection.ts'
import type { JobLogs } from './job-log.ts'
import type { JobName } from './job.ts'
import type { JobStore } from './job-store.ts'

/** Milliseconds from one write to the next: a stream of small pieces is written twenty times a second, not a thousand. */
const writeMs = 50
/** Characters of events that could not be written which are remembered. */
const maxUnwritten = 16_777_216

/** The log of work that goes on here. Events are numbered as they are appended, and written together with those that come soon after. */
export class LiveLog {
  readonly #jobs: JobStore
  readonly #logs: JobLogs
  readonly #name: JobName
  readonly #readers = new Set<() => void>()
  #last: number
  #unwritten = ''
  #timer: NodeJS.Timeout | undefined
  #writtenAt = -Infinity

  /** `last`: the number of the last event that the log has; -1 where it is new. */
  constructor(jobs: JobStore, logs: JobLogs, name: JobName, last: number) {
    this.#jobs = jobs
    this.#logs = logs
    this.#name = name
    this.#last = last
  }

  /** Whether there are no events yet. */
  get isNew(): boolean {
    return this.#last < 0
  }

  /** Appends what `text` makes of the next number. */
  append(text: (number: number) => string): void {
    this.#unwritten += text(++this.#last)
    this.#timer ??= setTimeout(this.#write, Math.max(0, this.#writtenAt + writeMs - performance.now()))
  }

  /** Writes what is not written, in a transaction in which the work ends, or ends for now. Nothing may be appended any more. */
  writeIn(connection: Connection, end: boolean): void {
    clearTimeout(this.#timer)
    this.#logs.append(connection, this.#name, { text: this.#unwritten, last: this.#last }, end)
  }

  /** Nothing more will be appended, and all is written. */
  close(): void {
    clearTimeout(this.#timer)
    this.#unwritten = ''
    this.#wake()
  }

  /** Calls `wake` when there may be more to read, until what it returns is called. */
  watch(wake: () => void): () => void {
    this.#readers.add(wake)
    return () => void this.#readers.delete(wake)
  }

  readonly #write = (): void => {
    this.#timer = undefined
    this.#writtenAt = performance.now()
    const text = this.#unwritten
    try {
      this.#jobs.transaction((connection) => this.#logs.append(connection, this.#name, { text, last: this.#last }))
      this.#unwritten = ''
    } catch {
      if (text.length > maxUnwritten) this.#unwritten = '' // readers see that events are missing
      this.#timer = setTimeout(this.#write, 1_000).unref()
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#readers]) wake()
  }
}
