import { turnColumns, turnFrom } from './record.ts'
import type { ThreadRecord, TurnRecord } from './record.ts'
import type { Connection } from '../store/connection.ts'
import type { Tables } from '../store/tables.ts'
import { oldestUse } from './bounds.ts'
import type { ThreadBounds } from './bounds.ts'
import type { Scope } from './thread-store.ts'

type Begun = Pick<TurnRecord, 'id' | 'thread' | 'worker' | 'startedAt'>
type Of = Pick<ThreadRecord, 'preview' | 'settings'>

type Ended = Pick<TurnRecord, 'id' | 'status' | 'error'>

/** Milliseconds within which a beginning is stored that nobody waits for. */
const patience = 100
/** Milliseconds after which an end is stored that could not be. */
const again = 1_000

/** The turns of all threads, each found by its thread's owner alone. One that ended longer ago than a thread lives may be gone. */
export class TurnStore {
  readonly #tables: Tables
  readonly #bounds: ThreadBounds
  /** Beginnings that are to be stored soon, by the ids of their turns. */
  readonly #waiting = new Map<string, [Begun, Of]>()
  #timer: NodeJS.Timeout | undefined
  /** Of ends that could not be stored, by the ids of their turns. */
  readonly #unended = new Map<string, NodeJS.Timeout>()

  constructor(tables: Tables, bounds: ThreadBounds) {
    this.#tables = tables
    this.#bounds = bounds
  }

  /** Marks a thread as one that a gateway runs a turn on. False where another one does, as far as `isLost` knows. */
  claim(id: string, worker: string, isLost: (worker: string) => boolean): boolean {
    const free = 'UPDATE threads SET worker = ?1 WHERE id = ?2 AND (worker IS NULL OR worker = ?1)'
    if (this.#tables.use((connection) => connection.run(free, worker, id)) > 0) return true
    return this.#tables.transaction((connection) => {
      const holder = connection.get('SELECT worker FROM threads WHERE id = ?', id)?.[0]
      if (typeof holder === 'string' && holder !== worker && !isLost(holder)) return false
      connection.run('UPDATE threads SET worker = ? WHERE id = ?', worker, id)
      return true
    })
  }

  /** A turn has begun. `preview`: the beginning of its message. */
  begin(turn: Begun, thread: Of): void {
    this.#tables.transaction((connection) => this.#begin(connection, turn, thread))
  }

  /** As `begin`, with others within 100 ms, or with its end: for a turn whose id nobody learns before that. */
  beginSoon(turn: Begun, thread: Of): void {
    this.#waiting.set(turn.id, [turn, thread])
    this.#timer ??= setTimeout(() => this.#storeBegun(), patience)
  }

  /** It is over. `frees`: and nothing of it is left on its thread. Throws where that cannot be stored, which is then done as soon as it can. */
  end(turn: Ended, frees = false): void {
    const now = Date.now()
    try {
      this.#end(turn, now, frees)
    } catch (error) {
      this.#endLater(turn, now)
      throw error
    }
  }

  #endLater(turn: Ended, now: number): void {
    clearTimeout(this.#unended.get(turn.id))
    const retry = () => {
      try {
        this.#end(turn, now, false)
      } catch {
        this.#endLater(turn, now)
      }
    }
    this.#unended.set(turn.id, setTimeout(retry, again).unref())
  }

  #end({ id, status, error }: Ended, now: number, frees: boolean): void {
    const begun = this.#waiting.get(id)
    this.#tables.transaction((connection) => {
      if (begun) this.#begin(connection, ...begun)
      connection.run(
        'UPDATE thread_turns SET status = ?, error = ?, ended_at = ? WHERE id = ?',
        status,
        error ? JSON.stringify(error) : null,
        now,
        id
      )
      connection.run(
        'UPDATE threads SET used_at = ?, worker = iif(?, NULL, worker) WHERE id = (SELECT thread FROM thread_turns WHERE id = ?)',
        now,
        Number(frees),
        id
      )
    })
    this.#forget([id])
    clearTimeout(this.#unended.get(id))
    this.#unended.delete(id)
  }

  /** Nothing of a turn is left on the thread. */
  free(thread: string): void {
    this.#tables.use((connection) => connection.run('UPDATE threads SET worker = NULL WHERE id = ?', thread))
  }

  find({ owner, workspace }: Scope, id: string): TurnRecord | undefined {
    if (this.#waiting.has(id)) this.#storeBegun()
    const row = this.#tables.use((connection) =>
      connection.get(
        `SELECT ${turnColumns} FROM thread_turns t JOIN threads ON threads.id = t.thread WHERE t.id = ? AND owner = ? AND workspace = ? AND used_at >= ?`,
        id,
        owner,
        workspace,
        oldestUse(this.#bounds)
      )
    )
    return row && turnFrom(row)
  }

  #begin(connection: Connection, { id, thread, worker, startedAt }: Begun, { preview, settings }: Of): void {
    connection.run(
      `UPDATE threads SET used_at = ?, settings = ?, preview = CASE preview WHEN '' THEN ? ELSE preview END WHERE id = ?`,
      ...[startedAt, JSON.stringify(settings), preview, thread]
    )
    connection.run(deleteOld, thread, oldestUse(this.#bounds))
    connection.run(
      `INSERT OR REPLACE INTO thread_turns SELECT ?, id, ?, 'inProgress', NULL, ?, NULL FROM threads WHERE id = ?`,
      ...[id, worker, startedAt, thread]
    )
  }

  #storeBegun(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const all = [...this.#waiting]
    try {
      this.#tables.transaction((connection) => all.forEach(([, begun]) => this.#begin(connection, ...begun)))
      this.#forget(all.map(([id]) => id))
    } catch {
      // the end of each stores it
    }
  }

  #forget(ids: readonly string[]): void {
    for (const id of ids) this.#waiting.delete(id)
    if (this.#waiting.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** Of the first turns of a thread alone, which are its oldest: it may have thousands. More than one, so that it catches up. */
const deleteOld = `DELETE FROM thread_turns WHERE ended_at < ?2 AND rowid IN
  (SELECT rowid FROM thread_turns WHERE thread = ?1 AND ended_at IS NOT NULL ORDER BY rowid LIMIT 4)`
