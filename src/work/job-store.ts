import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import type { FoundJob, JobName, NewJob } from './job.ts'
import { jobsSchema } from './job-schema.ts'
import { steadyNow } from './steady-clock.ts'

/** The place of a record, to be used inside of other SQL with the owner and the id as its parameters. */
const place = (kind: string) => `(SELECT sequence FROM records WHERE kind = '${kind}' AND owner = ? AND id = ?)`

/** How long a clock may be set back: what is due later than this was written by a clock that was ahead. */
const furthestMs = 40 * 86_400_000

/**
 * The work on the records of one kind that is not over, in all gateways that share the store. Each piece is done by one gateway at a
 * time, which takes it by a change that only one of them can make.
 */
export class JobStore {
  readonly #store: Pick<Store, 'add' | 'use' | 'isThere'>
  readonly #kind: string
  #added = false

  constructor(store: Pick<Store, 'add' | 'use' | 'isThere'>, kind: string) {
    this.#store = store
    this.#kind = kind
  }

  /** Whether there is anything to look for. */
  get isThere(): boolean {
    return this.#store.isThere
  }

  /** Reads or writes; makes the tables before the first time. Not inside of a transaction. */
  use<T>(action: (connection: Connection) => T): T {
    if (!this.#added) {
      this.#store.add(jobsSchema)
      this.#added = true
    }
    return this.#store.use(action)
  }

  transaction<T>(action: (connection: Connection) => T): T {
    return this.use((connection) => connection.transaction(() => action(connection)))
  }

  /** The record's place. */
  placeOf(connection: Connection, { owner, id }: JobName): number | undefined {
    const row = connection.get(`SELECT ${place(this.#kind)}`, owner, id)
    return typeof row?.[0] === 'number' ? row[0] : undefined
  }

  /** Adds the work on a record that is written in the same transaction. */
  add(connection: Connection, { owner, id }: JobName, { workspace, model, worker, begun }: NewJob): void {
    connection.run(
      `INSERT INTO jobs (record, workspace, model, worker, begun, ready_at) VALUES (${place(this.#kind)}, ?, ?, ?, ?, ?)`,
      ...[owner, id, workspace, model, worker, Number(begun), steadyNow()]
    )
  }

  find({ owner, id }: JobName): FoundJob | undefined {
    const sql = `SELECT worker, begun, ready_at FROM jobs WHERE record = ${place(this.#kind)}`
    const row = this.use((connection) => connection.get(sql, owner, id))
    if (!row) return undefined
    const [worker, begun, readyAt] = row
    return { worker: typeof worker === 'string' ? worker : undefined, begun: begun === 1, readyAt: Number(readyAt) }
  }

  /** Notes that the work may have effects from now on. False where it is not `worker`'s, or is to end. */
  begin({ owner, id }: JobName, worker: string): boolean {
    const sql = `UPDATE jobs SET begun = 1 WHERE record = ${place(this.#kind)} AND worker = ? AND cancelled = 0`
    return this.use((connection) => connection.run(sql, owner, id, worker) === 1)
  }

  /** Lets the work wait until `readyAt`, to be done from its beginning by any gateway. Called where it has had no effect. */
  release(connection: Connection, { owner, id }: JobName, readyAt: number): void {
    connection.run(
      `UPDATE jobs SET worker = NULL, begun = 0, ready_at = ? WHERE record = ${place(this.#kind)}`,
      ...[readyAt, owner, id]
    )
  }

  /** Lets the work wait until `readyAt`, and so all that waits for the same workspace and model: the usage limit is theirs together. */
  postpone(connection: Connection, name: JobName, readyAt: number): void {
    const [workspace = '', model = ''] =
      connection.get('SELECT workspace, model FROM jobs WHERE record = ?', this.placeOf(connection, name) ?? -1) ?? []
    this.release(connection, name, readyAt)
    connection.run(
      `UPDATE jobs SET ready_at = ?1
       WHERE workspace = ?2 AND model = ?3 AND worker IS NULL AND begun = 0 AND ready_at < ?1`,
      ...[readyAt, String(workspace), String(model)]
    )
  }

  /** The work on a record is over. */
  remove(connection: Connection, { owner, id }: JobName): void {
    connection.run(`DELETE FROM jobs WHERE record = ${place(this.#kind)}`, owner, id)
  }

  /** Takes work that nobody does. False where somebody does, or it is over. */
  take({ owner, id }: JobName, worker: string): boolean {
    const sql = `UPDATE jobs SET worker = ? WHERE record = ${place(this.#kind)} AND worker IS NULL`
    return this.use((connection) => connection.run(sql, worker, owner, id) === 1)
  }

  /** Asks the gateway that does it to end it. */
  cancel({ owner, id }: JobName): void {
    const sql = `UPDATE jobs SET cancelled = 1 WHERE record = ${place(this.#kind)}`
    this.use((connection) => connection.run(sql, owner, id))
  }

  /** What somebody wants `worker` to end. */
  cancelled(worker: string): JobName[] {
    return this.#named('worker = ? AND cancelled = 1', [worker])
  }

  /** All that `worker` does. */
  of(worker: string): JobName[] {
    return this.#named('worker = ?', [worker])
  }

  /** What an owner has that is not over. */
  load(owner: string): { count: number; bytes: number } {
    const sql = `SELECT count(*), coalesce(sum(bytes), 0) FROM jobs JOIN records ON sequence = record
      WHERE kind = '${this.#kind}' AND owner = ?`
    const [count, bytes] = this.use((connection) => connection.get(sql, owner)) ?? []
    return { count: Number(count), bytes: Number(bytes) }
  }

  /** Lets go of what gateways did that are no longer there. */
  releaseLost(isAlive: (worker: string) => boolean): void {
    this.transaction((connection) => {
      for (const [worker] of connection.all('SELECT DISTINCT worker FROM jobs WHERE worker IS NOT NULL'))
        if (!isAlive(String(worker)))
          connection.run('UPDATE jobs SET worker = NULL, ready_at = ? WHERE worker = ?', steadyNow(), String(worker))
    })
  }

  /** Lets go of work that has come to no end. */
  abandon({ owner, id }: JobName): void {
    const sql = `UPDATE jobs SET worker = NULL WHERE record = ${place(this.#kind)}`
    this.use((connection) => connection.run(sql, owner, id))
  }

  /** What gateways began that are gone: it may have had effects. */
  interrupted(): JobName[] {
    return this.#named('worker IS NULL AND begun = 1', [])
  }

  /** The oldest work of each owner that is due. */
  due(): JobName[] {
    const now = steadyNow()
    const sql = `SELECT owner, id, min(record) FROM jobs JOIN records ON sequence = record
      WHERE kind = '${this.#kind}' AND worker IS NULL AND begun = 0 AND (ready_at <= ? OR ready_at > ?) GROUP BY owner`
    return this.use((connection) => connection.all(sql, now, now + furthestMs)).map(namedBy)
  }

  /** Milliseconds until more is due; undefined where nothing waits. */
  nextIn(): number | undefined {
    const row = this.use((connection) =>
      connection.get('SELECT min(ready_at) FROM jobs WHERE worker IS NULL AND begun = 0')
    )
    return typeof row?.[0] === 'number' ? Math.max(0, row[0] - steadyNow()) : undefined
  }

  /** Lets the records of work that is not over live on. */
  touch(): void {
    this.use((connection) =>
      connection.run(
        'UPDATE records SET used_at = ?1 WHERE sequence IN (SELECT record FROM jobs) AND used_at < ?2',
        ...[Date.now(), Date.now() - 600_000]
      )
    )
  }

  #named(where: string, parameters: string[]): JobName[] {
    const sql = `SELECT owner, id FROM jobs JOIN records ON sequence = record WHERE kind = '${this.#kind}' AND ${where}`
    return this.use((connection) => connection.all(sql, ...parameters)).map(namedBy)
  }
}

const namedBy = ([owner, id]: unknown[]): JobName => ({ owner: String(owner), id: String(id) })
