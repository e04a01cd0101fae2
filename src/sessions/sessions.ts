import { randomUUID } from 'node:crypto'
import type { ThreadRecord } from '../threads/record.ts'
import { GatewayError } from '../turn/error.ts'
import type { Work } from '../work/work.ts'
import { stopAll } from './stop.ts'
import { lostAtMost } from './journal.ts'
import type { JournalItem } from './journal-store.ts'
import { noSuchSession } from './no-such-session.ts'
import { Session } from './session.ts'
import { isCrowded, leastUsed } from './room.ts'
import type { SessionBounds } from './room.ts'
import type { CloseReason, SessionOptions } from './session-options.ts'
import { appendEnd } from './session-turn.ts'
import type { AgentColumns, SessionRecord, SessionStore } from './session-store.ts'

export interface SessionsOptions extends SessionOptions {
  store: SessionStore
  bounds: SessionBounds
  work: Pick<Work, 'mark' | 'isLost'>
}

/** Milliseconds without use after which a session of the Agents API leaves the memory. */
const agentIdleMs = 60_000

/** The sessions of all principals: those in the store, and in memory those that this gateway has to do with. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #loaded = new Map<string, Session>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** A new one of the Agents API for a thread. Their number is its caller's to bound. */
  createForAgent({ id: thread, owner, workspace }: ThreadRecord, id: string, columns: AgentColumns): Session {
    const { store, work } = this.#options
    const now = Date.now()
    const record = { id, owner, workspace, thread, createdAt: now, usedAt: now }
    store.add(record, work.mark, columns)
    const session = new Session({ ...record, ...columns, seq: 0, usage: null, worker: work.mark }, this.#options)
    this.#loaded.set(id, session)
    return session
  }

  /** One that this gateway has in memory. */
  loaded(id: string): Session | undefined {
    return this.#loaded.get(id)
  }

  /** Throws `overloaded` where there are too many that are in use. Returns the one that gives way, if one has to: unused for longest, of an owner who has too many or most. */
  checkRoom(owner: string): SessionRecord | undefined {
    const { store, bounds } = this.#options
    if (!isCrowded(store, bounds, owner)) return undefined
    this.sweep()
    return leastUsed(store, bounds, owner, {
      usedAt: (record) => this.#usedAt(record),
      mayGo: (record) => this.#isOurs(record) && this.#loaded.get(record.id)?.isInUse !== true
    })
  }

  /** A new one for a thread that has none; `earlier`: its last messages. Throws `overloaded` where there are too many that are in use. */
  create({ id: thread, owner, workspace }: ThreadRecord, earlier: readonly JournalItem[] = []): Session {
    const { store, work, journals } = this.#options
    const unused = this.checkRoom(owner)
    if (unused) this.#end(unused, 'evicted')
    const now = Date.now()
    const id = `session_${randomUUID().replaceAll('-', '')}`
    const record = { id, owner, workspace, thread, createdAt: now, usedAt: now }
    store.add(record, work.mark)
    if (earlier.length > 0) journals.replaceItems(id, earlier)
    const none = { agent: null, labels: null, status: null }
    const session = new Session({ ...record, ...none, seq: 0, usage: null, worker: work.mark }, this.#options)
    this.#loaded.set(id, session)
    session.stateChanged()
    return session
  }

  /** Throws `not_found` for another owner's as for one that is not there. */
  find(owner: string, id: string): Session {
    const record = this.#options.store.find(id)
    if (record?.owner !== owner || this.#isExpired(record)) throw noSuchSession()
    return this.open(record)
  }

  /** One that was found in the store, for use. Throws `conflict` where another gateway has it. */
  open(record: SessionRecord): Session {
    const session = this.#load(record)
    session.touch()
    return session
  }

  /** An owner's, the most recently used first; without those that another gateway has. */
  list(owner: string): Session[] {
    return this.#options.store
      .all(owner)
      .filter((record) => !this.#isExpired(record) && this.#isOurs(record))
      .map((record) => this.#load(record))
      .sort((one, other) => other.view.lastAccessAt - one.view.lastAccessAt)
  }

  /** The session of a thread, if it has one. */
  ofThread(thread: string): Session | undefined {
    const record = this.#options.store.ofThread(thread)
    return record && !this.#isExpired(record) ? this.#load(record) : undefined
  }

  /** From now on its turns run on another thread, whose last messages are `earlier`. Throws where a session has that. */
  move(session: Session, thread: string, earlier: readonly JournalItem[] = []): void {
    const other = this.ofThread(thread)
    if (other && other !== session)
      throw new GatewayError('conflict', `Another session has this thread: ${other.record.id}.`, { param: 'threadId' })
    this.#options.store.update(session.record.id, { thread })
    session.moved(thread, earlier)
  }

  /** Ends a session. Its thread stays. */
  close(session: Session, reason: CloseReason): void {
    this.#loaded.delete(session.record.id)
    this.#options.store.delete(session.record.id)
    session.close(reason)
  }

  /** Stores which have been used, and closes those that nobody has used for long. To be called at intervals. */
  sweep(): void {
    const { store } = this.#options
    for (const record of store.all()) {
      const usedAt = this.#usedAt(record)
      if (this.#isExpired(record) && this.#isOurs(record)) this.#end(record, 'expired')
      else if (usedAt > record.usedAt) store.update(record.id, { usedAt })
    }
    for (const session of this.#loaded.values()) this.#unload(session)
  }

  /** Takes one of the Agents API that nobody has used for a while out of memory, where there may be very many. */
  #unload(session: Session): void {
    const { id, agent, usedAt } = session.record
    if (agent === null || session.isInUse || usedAt > Date.now() - agentIdleMs) return
    session.journal.flush()
    this.#options.store.update(id, { usedAt })
    this.#loaded.delete(id)
  }

  /** The gateway has stopped: whoever watches may come back when it runs again, and another may have what it had in memory. */
  stop(): void {
    const { store, work } = this.#options
    stopAll([...this.#loaded.values()], store, work.mark)
    this.#loaded.clear()
  }

  #load(record: SessionRecord): Session {
    const found = this.#loaded.get(record.id)
    if (found) return found
    const { store, work } = this.#options
    const seq = store.claim(record.id, work.mark, (worker) => work.isLost(worker), lostAtMost)
    if (seq === undefined) throw new GatewayError('conflict', 'Another process of this gateway has the session.')
    const session = new Session({ ...record, seq }, this.#options)
    this.#loaded.set(record.id, session)
    this.#recover(session)
    return session
  }

  /** A turn that was in progress when its gateway was killed was interrupted by that, and some events of it may be lost. */
  #recover(session: Session): void {
    const { journal, record } = session
    const last = this.#options.journals.lastTurn(record.id)
    if (last?.status !== 'inProgress') return
    const next = journal.seq + 1
    journal.append(
      'gap',
      JSON.stringify({ reason: 'restart', after: journal.seq - lostAtMost, next, state: session.state() })
    )
    appendEnd(journal, { ...last, status: 'interrupted', error: null })
    session.stateChanged()
    journal.flush()
  }

  /** Whether no other gateway that runs has it in memory. */
  #isOurs({ worker }: Pick<SessionRecord, 'worker'>): boolean {
    return worker === null || this.#options.work.isLost(worker)
  }

  /** One of the Agents API lives until it is deleted. */
  #isExpired(record: SessionRecord): boolean {
    if (record.agent !== null) return false
    return this.#usedAt(record) < Date.now() - this.#options.idleMs
  }

  /** When it was used last: now, where it is in use. */
  #usedAt({ id, usedAt }: SessionRecord): number {
    const session = this.#loaded.get(id)
    return session?.isInUse === true ? Date.now() : Math.max(usedAt, session?.record.usedAt ?? 0)
  }

  #end(record: SessionRecord, reason: CloseReason): void {
    const session = this.#loaded.get(record.id)
    if (session) return this.close(session, reason)
    this.#options.store.delete(record.id)
  }
}
