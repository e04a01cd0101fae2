import type { RecordStore } from '../sessions/record-store.ts'
import type { Session } from '../sessions/session.ts'
import type { Question } from '../threads/observer.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnEnd } from '../turn/event.ts'
import { AgentTurn } from './turn.ts'
import { Subagents } from './subagents.ts'
import { sessionMade, shownSession } from './made.ts'
import type { SessionMade, ShownSession } from './made.ts'
import { Hosted } from './hosted.ts'
import type { Hosting } from './hosting.ts'
import { noticeOf } from './notice.ts'
import { Questions } from './questions.ts'
import type { QuestionHost } from './questions.ts'
import { callersName } from './functions.ts'
import { sessionStatus, usageOfBoth } from './status.ts'
import type { SessionStatus, TokenUsage } from './status.ts'
import { hasStopped } from './turn-end.ts'
import { SessionWriter } from './session-writer.ts'
import type { NewRecord, TurnHost, TurnOptions } from './turn-host.ts'

/** A session of the Agents API that this gateway has in memory: how it is, and its turn. Its journal is that of the session that people watch. */
export class AgentSession implements TurnHost, QuestionHost {
  readonly session: Session
  made: SessionMade
  metadata: Readonly<Record<string, string>>
  #status: SessionStatus
  #turn: AgentTurn | undefined
  /** A turn that is about to be asked for. */
  #next: AgentTurn | undefined
  readonly questions: Questions
  readonly subagents: Subagents
  #tail: Promise<unknown> = Promise.resolve()
  #isDirty = false
  readonly #writer: SessionWriter
  /** Where its turns work. */
  readonly hosted: Hosted | undefined

  constructor(session: Session, stored: Pick<RecordStore, 'find'>, hosting?: Hosting) {
    const { agent, labels, status } = session.record
    this.session = session
    this.#writer = new SessionWriter(session, stored)
    this.made = sessionMade.parse(JSON.parse(agent ?? ''))
    this.metadata = JSON.parse(labels ?? '{}') as Record<string, string>
    this.#status = sessionStatus.parse(JSON.parse(status ?? ''))
    this.questions = new Questions(this)
    this.subagents = new Subagents(this)
    const { environment } = this.made
    if (hosting && environment.type !== 'none') this.hosted = new Hosted(this, environment.id, hosting)
  }

  get id(): string {
    return this.session.record.id
  }

  get agentId(): string {
    return this.made.agentId
  }

  get status(): SessionStatus {
    return this.#status
  }

  get turn(): AgentTurn | undefined {
    return this.#turn
  }

  get shown(): ShownSession {
    const { id, createdAt } = this.session.record
    return shownSession({ id, createdAt, made: this.made, metadata: this.metadata, status: this.#status })
  }

  /** Does one thing after another. */
  inOrder<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(action)
    this.#tail = done.catch(() => {})
    return done
  }

  note(...records: NewRecord[]): void {
    this.#writer.note(records)
  }

  /** Stores what there is, also what came without an event. */
  store(): void {
    this.#writer.flush(this.#change)
  }

  setStatus(change: Partial<SessionStatus>): void {
    this.#status = { ...this.#status, ...change, lastActiveAt: Date.now() }
    this.#isDirty = true
  }

  emit(type: string, fields: object, records?: readonly NewRecord[]): void {
    this.#writer.emit(type, fields, { records, status: this.#change })
  }

  readonly flush = (): void => this.session.journal.flush()
  readonly checkStore = (): void => this.session.journal.check()

  find(kind: string, id: string): string | undefined {
    return this.#writer.find(kind, id)
  }

  readonly nameOf = (tool: string): string => callersName(tool, this.made.config.tools)

  /** Writes how the session is now, of which receivers are informed. */
  emitStatus(event: ShownSession['status'] | 'created' = this.#status.status): void {
    const { shown } = this
    this.#writer.emit(
      `agent.session.${event}`,
      { session: shown },
      { status: this.#change, notice: noticeOf(event, shown) }
    )
  }

  /** A turn that is about to be asked for, or goes on. */
  prepare(options: TurnOptions): AgentTurn {
    if (this.#status.status === 'failed') throw new GatewayError('conflict', 'This session has failed.')
    const turn = new AgentTurn(this, options)
    this.#turn = this.#next = turn
    return turn
  }

  /** A turn was asked for on the thread, by this API or by others. */
  observe(): AgentTurn {
    const turn = this.#next ?? this.#adopt()
    this.#next = undefined
    return turn
  }

  /** The turn that was prepared does not begin. */
  drop(turn: AgentTurn): void {
    if (this.#next === turn) this.#next = undefined
    if (this.#turn === turn) this.#turn = undefined
  }

  /** The turn begins for those who watch. */
  open(turn: AgentTurn): void {
    const open = { id: turn.id, codexId: null, index: turn.items.index, onlyWaits: false, given: 0 }
    this.setStatus({ status: 'in_progress', open })
    turn.changed('created', {})
  }

  /** Codex is given a turn that was parked: from now on more is at work. `given`: how many of its items it has. */
  reopened(given = this.#status.open?.given ?? 0): void {
    const { open } = this.#status
    if (open) this.setStatus({ open: { ...open, codexId: null, onlyWaits: false, given } })
    this.store()
  }

  begun(codexId: string): void {
    const { open } = this.#status
    this.setStatus({ ...(open && { open: { ...open, codexId } }) })
    this.emitStatus()
  }

  /** Nothing can be done in it any more. */
  failed(error: string): void {
    if (this.#status.status === 'failed') return
    this.setStatus({ status: 'failed', error, actions: [], open: null })
    this.emitStatus()
    this.flush()
  }

  readonly asked = (question: Question): boolean => this.questions.asked(question)
  readonly called = (call: Question): boolean => this.questions.called(call)
  readonly worked = (): void => this.questions.worked()

  parks(end: TurnEnd | undefined): boolean {
    const { open } = this.#status
    if (this.#turn?.isCancelled || !(open?.onlyWaits || this.questions.isUntouched)) return false
    if (!hasStopped(end, this.#turn?.codexId !== undefined)) return false
    this.#turn = undefined
    this.questions.lost()
    if (open && !open.onlyWaits) this.setStatus({ open: { ...open, onlyWaits: true } })
    return true
  }

  ended(usage: TokenUsage | null): void {
    this.#turn = undefined
    this.questions.clear()
    this.setStatus({ status: 'idle', actions: [], open: null, usage: usageOfBoth(this.#status.usage, usage) })
  }

  /** How it is, where that is not stored. */
  get #change(): string | undefined {
    const change = this.#isDirty ? JSON.stringify(this.#status) : undefined
    this.#isDirty = false
    return change
  }

  #adopt(): AgentTurn {
    const turn = new AgentTurn(this)
    this.#turn = turn
    this.open(turn)
    return turn
  }
}
