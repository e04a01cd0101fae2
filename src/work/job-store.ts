import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import type { FoundJob, JobName, NewJob } from './job.ts'
import { jobsSchema } from './job-schema.ts'
import { dueNow } from './due-clock.ts'

/** The place of a record, to be used inside of other SQL with the owner and the id as its parameters. */
const place = (kind: string) => `(SELECT sequence FROM records WHERE kind = '${kind}' AND owner = ? AND id = ?)`

/** Milliseconds that work waits at least for a usage limit to be lifted, and those to which that grows. */
const [shortestMs, longestMs] = [1_000, 60_000]

/**
 * The work on the records of one kind that is not over, in all gateways that share the store. Each piece is done by one gateway at a
 * time, which takes it by a change that only one of them can make.
 */
export class JobStore {
  readonly #store: Pick<Store, 'isThere'>
  readonly #tables: Tables
  readonly #kind: string

  constructor(store: Pick<Store, 'add' | 'use' | 'transaction' | 'isThere'>, kind: string) {
    this.#store = store
    this.#tables = new Tables(store, jobsSchema)
    this.#kind = kind
  }

  /** Whether there is anything to look for. */
  get isThere(): boolean {
    return this.#store.isThere
  }

  /** Reads or writes; makes the tables before the first time. Not inside of a transaction. */
  use<T>(action: (connection: Connection) => T): T {
    return this.#tables.use(action)
  }

  transaction<T>(action: (connection: Connection) => T): T {
    return this.#tables.transaction(action)
  }

  /** The record's place. */
  placeOf(connection: Connection, { owner, id }: JobName): number | undefined {
    const row = connection.get(`SELECT ${place(this.#kind)}`, owner, id)
    return typeof row?.[0] === 'number' ? row[0] : undefined
  }

  /** Adds the work on a record that is written in the same transaction. */
  add(connection: Connection, { owner, id }: JobName, { workspace, model, worker, begun }: NewJob): void {
    connection.run(
      `INSERT INTO jobs (record, workspace, model, worker, begun, since, ready_at)
       VALUES (${place(this.#kind)}, ?, ?, ?, ?, 0, 0)`,
      ...[owner, id, workspace, model, worker, Number(begun)]
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
      `UPDATE jobs SET worker = NULL, begun = 0, since = ?, ready_at = ? WHERE record = ${place(this.#kind)}`,
      ...[dueNow(), readyAt, owner, id]
    )
  }

  /**
   * The same until a usage limit is lifted, in so many milliseconds as it is said: at least a second, and more each time that it
   * was not so. All that waits for the same workspace and model waits as long: the limit is theirs together.
   */
  postpone(connection: Connection, name: JobName, ms: number): void {
    const columns = 'workspace, model, limits'
    const row = connection.get(`SELECT ${columns} FROM jobs WHERE record = ?`, this.placeOf(connection, name) ?? -1)
    if (!row) return
    const [workspace, model, limits] = row
    const now = dueNow()
    const readyAt = now + Math.max(ms, Math.min(shortestMs * 2 ** Number(limits), longestMs))
    connection.run(
      `UPDATE jobs SET worker = NULL, begun = 0, limits = limits + 1 WHERE record = ${place(this.#kind)}`,
      ...[name.owner, name.id]
    )
    connection.run(
      `UPDATE jobs SET since = ?1, ready_at = ?2
       WHERE workspace = ?3 AND model = ?4 AND worker IS NULL AND begun = 0 AND ready_at < ?2`,
      ...[now, readyAt, String(workspace), String(model)]
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
  abandonAll(isAlive: (worker: string) => boolean): void {
    const workers = this.use((connection) =>
      connection.all('SELECT DISTINCT worker FROM jobs WHERE worker IS NOT NULL')
    )
    for (const worker of workers.map(([mark]) => String(mark)).filter((mark) => !isAlive(mark)))
      this.use((connection) => connection.run('UPDATE jobs SET worker = NULL WHERE worker = ?', worker))
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
    const sql = `SELECT owner, id, min(record) FROM jobs JOIN records ON sequence = record
      WHERE kind = '${this.#kind}' AND worker IS NULL AND begun = 0 AND (ready_at <= ?1 OR since > ?1)
      GROUP BY owner ORDER BY min(record)`
    return this.use((connection) => connection.all(sql, dueNow())).map(namedBy)
  }

  /** Milliseconds until more is due; undefined where nothing waits. What has waited since a time to come was stored by a clock that was ahead. */
  nextIn(): number | undefined {
    const now = dueNow()
    const sql = 'SELECT min(iif(since > ?1, 0, ready_at)) FROM jobs WHERE worker IS NULL AND begun = 0'
    const row = this.use((connection) => connection.get(sql, now))
    return typeof row?.[0] === 'number' ? Math.max(0, row[0] - now) : undefined
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
