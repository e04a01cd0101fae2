import type { TurnObserver } from '../threads/observer.ts'
import { eventText } from './event.ts'
import { followJournal } from './follow.ts'
import type { FollowOptions } from './follow.ts'
import { Journal } from './journal.ts'
import type { Send } from './journal.ts'
import type { JournalItem } from './journal-store.ts'
import { RecentEvents } from './recent.ts'
import type { SessionRequest } from './request.ts'
import { SessionRequests } from './requests.ts'
import type { CloseReason, SessionOptions } from './session-options.ts'
import type { SessionRecord } from './session-store.ts'
import { SessionTurn } from './session-turn.ts'
import { stateOf } from './state.ts'
import type { SessionState, SessionView, TurnStatus } from './state.ts'
import { Watchers } from './watchers.ts'

/** Messages of its state. */
const maxMessages = 100

/** A conversation that somebody watches: a thread, and the journal of what happens in it. */
export class Session {
  readonly record: SessionRecord
  readonly journal: Journal
  readonly requests: SessionRequests
  readonly #options: SessionOptions
  readonly #recent = new RecentEvents()
  readonly #closing = new AbortController()
  #turn: SessionTurn | undefined
  #lastStatus: TurnStatus | null
  readonly #watchers = new Watchers()
  /** Requests that are at work on it. */
  uses = 0

  constructor(record: SessionRecord, options: SessionOptions) {
    this.record = { ...record }
    this.#options = options
    this.journal = new Journal(options.journals, record.id, record.seq)
    const last = options.journals.lastTurn(record.id)?.status ?? null
    this.#lastStatus = last === 'inProgress' ? 'interrupted' : last
    this.requests = new SessionRequests({
      canAsk: () => options.placeOf(record.workspace).canAsk,
      patienceMs: options.patienceMs,
      changed: (request) => this.#requestChanged(request)
    })
  }

  /** The turn that was asked for or runs. */
  get turn(): SessionTurn | undefined {
    return this.#turn
  }

  /** An open event stream is use, and so is a request. */
  get isInUse(): boolean {
    return this.uses > 0 || this.#watchers.all > 0 || this.#turn !== undefined
  }

  /** Throws where it has as many watchers as it may have. */
  checkRoom(): void {
    this.#watchers.checkRoom()
  }

  touch(): void {
    this.record.usedAt = Date.now()
  }

  get view(): SessionView {
    const { id, createdAt, usedAt, thread, workspace } = this.record
    const lastAccessAt = this.isInUse ? Date.now() : usedAt
    const { name = null, preview = '' } = this.#options.threadOf(this.record) ?? {}
    const expiresAt = lastAccessAt + this.#options.idleMs
    return { id, createdAt, lastAccessAt, expiresAt, threadId: thread, workspace, name, preview }
  }

  /** `isBrief`: without what was said and done, as lists show it. */
  state(isBrief = false): SessionState {
    const { threadOf, placeOf, journals } = this.#options
    const { record, journal } = this
    if (!isBrief) journal.flush()
    return stateOf({
      record,
      thread: threadOf(record),
      place: placeOf(record.workspace),
      turn: this.#turn,
      lastStatus: this.#lastStatus,
      requests: this.requests.pending,
      seq: journal.seq,
      items: isBrief ? [] : journals.lastMessages(record.id, maxMessages),
      recent: isBrief ? [] : this.#recent.all
    })
  }

  /** A turn was asked for on its thread. */
  observe(): TurnObserver {
    const turn = new SessionTurn({
      journal: this.journal,
      thread: this.record.thread,
      requests: this.requests,
      changed: () => this.stateChanged(),
      isClosed: () => this.#closing.signal.aborted,
      noted: (method, params) => this.#noted(method, params),
      ended: (status) => this.#ended(turn, status)
    })
    this.#turn = turn
    this.touch()
    this.stateChanged()
    return turn
  }

  /**
   * Puts the state as it is now into the journal. Of a session of the Agents API only for those who watch: all who come later are sent
   * it first.
   */
  stateChanged(): void {
    if (this.#isForAgents && this.#watchers.of('session') === 0) return
    this.journal.append('state', JSON.stringify({ ...this.state(), seq: this.journal.seq + 1 }))
  }

  /** From now on its turns run on another thread; `earlier`: the last messages of that. */
  moved(thread: string, earlier: readonly JournalItem[]): void {
    this.record.thread = thread
    this.record.usage = null
    this.#lastStatus = null
    this.journal.flush()
    this.#options.journals.replaceItems(this.record.id, earlier)
    this.stateChanged()
  }

  /**
   * Sends what happens until `signal` aborts or the session is closed, and resolves with the reason of that. First comes how it is now.
   * `after`: the last event that the reader has; what happens from now on where that is left out.
   */
  async watch(send: Send, signal: AbortSignal, after = this.journal.seq): Promise<CloseReason | undefined> {
    const both = AbortSignal.any([signal, this.#closing.signal])
    const gap = (from: number, to: number) =>
      this.#eventAt(to, 'gap', {
        reason: from > to ? 'unknown-id' : 'trimmed',
        after: from,
        next: to + 1,
        state: this.state()
      })
    const watching = this.#watchers.during('session', async () => {
      const first = this.#eventAt(after, 'session', { sessionId: this.record.id, session: this.view })
      await send(first + this.#eventAt(after, 'state', this.state()))
      return followJournal(this.journal, { after, send, gap, signal: both })
    })
    const last = await watching.finally(() => this.touch())
    const reason = (this.#closing.signal.aborted ? this.#closing.signal : signal).reason as CloseReason
    if (reason !== 'shutdown' && !this.#closing.signal.aborted) return undefined
    await send(this.#eventAt(last, 'session-closed', { sessionId: this.record.id, reason }))
    return reason
  }

  /**
   * Sends the events of the Agents API after one, and those that come, until `signal` aborts or the session is closed. `gap` is what is sent
   * instead of those that are not stored any more.
   */
  async follow(send: Send, signal: AbortSignal, gap: FollowOptions['gap'], after = this.journal.seq): Promise<void> {
    const both = AbortSignal.any([signal, this.#closing.signal])
    const options = { after, send, gap, signal: both, audience: 'agent' } as const
    await this.#watchers.during('agent', () => followJournal(this.journal, options)).finally(() => this.touch())
  }

  /** Ends all who watch it, and its turn while that waits for its slot. */
  close(reason: CloseReason): void {
    this.#turn?.waiting.abort('client')
    this.#closing.abort(reason)
  }

  get #isForAgents(): boolean {
    return this.record.agent !== null
  }

  #eventAt(seq: number, type: 'session' | 'state' | 'gap' | 'session-closed', data: object): string {
    return eventText(seq, type, JSON.stringify(data))
  }

  #noted(method: string, params: object): void {
    this.#recent.add(method, params)
    if (method === 'thread/tokenUsage/updated')
      this.record.usage = JSON.stringify((params as { tokenUsage?: unknown }).tokenUsage ?? null)
  }

  #ended(turn: SessionTurn, status: TurnStatus): void {
    if (this.#turn === turn) this.#turn = undefined
    this.#lastStatus = status
    this.touch()
    if (this.#closing.signal.aborted) return
    this.stateChanged()
    if (!this.#isForAgents) this.journal.flush() // else the API stores it with its own end of the turn
  }

  #requestChanged(request: SessionRequest): void {
    this.#options.asked(this.record, request)
    if (this.#closing.signal.aborted) return
    this.journal.append('server-request', JSON.stringify(request))
    this.stateChanged()
  }
}
