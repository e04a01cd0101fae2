import type { TurnFrame, TurnObserver } from '../threads/observer.ts'
import type { TurnEnd } from '../turn/event.ts'
import { failureFrom } from '../turn/outcome.ts'
import type { Journal, JournalNote } from './journal.ts'
import type { SessionRequests } from './requests.ts'
import { shortened } from './shortened.ts'
import type { TurnStatus } from './state.ts'

export interface SessionTurnOptions {
  journal: Journal
  thread: string
  requests: SessionRequests
  /** Something about it has changed that is part of the session's state. */
  changed: () => void
  /** The session was deleted: nothing is written any more. */
  isClosed: () => boolean
  noted: (method: string, params: object) => void
  ended: (status: TurnStatus) => void
}

interface Params {
  turn?: { id?: unknown; status?: unknown }
  turnId?: unknown
  itemId?: unknown
  item?: { id?: unknown; type?: unknown }
  delta?: unknown
  tokenUsage?: unknown
}

/** Characters of an answer that is being written that are remembered for those who come in the middle. */
const maxOpenText = 65_536

/** Writes one turn into the journal of its session. */
export class SessionTurn implements TurnObserver {
  readonly #options: SessionTurnOptions
  /** Ends it while it waits for its slot. */
  readonly waiting = new AbortController()
  /** Undefined until codex has begun it. */
  id: string | undefined
  #status: TurnStatus | undefined
  readonly #texts = new Map<string, string>()

  constructor(options: SessionTurnOptions) {
    this.#options = options
  }

  /** The text of a message that is not complete. */
  textSoFar(item: string): string | undefined {
    return this.#texts.get(item)
  }

  readonly noted = ({ method, params, json }: TurnFrame): void => {
    const { journal, changed, isClosed } = this.#options
    if (isClosed()) return
    const short = shortened(method, params, json)
    if (method === 'item/agentMessage/delta') this.#add(params)
    const isFirst = this.id === undefined
    this.#options.noted(method, short.params)
    journal.append('notification', short.json, this.#noteOf(method, short.params))
    if (isFirst) changed()
  }

  readonly asked: TurnObserver['asked'] = (question) => this.#options.requests.ask(question)

  readonly ended = (end: TurnEnd | undefined): void => {
    const { journal, thread, requests, isClosed } = this.#options
    requests.cancelAll()
    if (isClosed()) return
    const failure = end && failureFrom(end)
    const status = this.#status ?? (end?.type === 'turn.failed' ? 'failed' : 'interrupted')
    try {
      if (this.#status === undefined && failure) {
        const detail = {
          code: failure.code,
          ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter })
        }
        journal.append('warning', JSON.stringify({ type: `turn-${status}`, message: failure.message, detail }))
      }
      if (this.#status === undefined && this.id !== undefined)
        appendEnd(journal, { thread, id: this.id, status, error: failure ?? null })
    } finally {
      this.#options.ended(status)
    }
  }

  #add(params: Params): void {
    const before = this.#texts.get(String(params.itemId)) ?? ''
    if (before.length < maxOpenText) this.#texts.set(String(params.itemId), before + String(params.delta))
  }

  /** The first notification, mostly `turn/started`, begins it. */
  #noteOf(method: string, params: Params): JournalNote {
    const begun = this.id === undefined
    this.id ??= String(params.turn?.id ?? params.turnId)
    const note = this.#contentOf(method, params)
    return begun ? { turn: { id: this.id, thread: this.#options.thread, status: 'inProgress' }, ...note } : note
  }

  #contentOf(method: string, { turn, turnId, item, tokenUsage }: Params): JournalNote {
    switch (method) {
      case 'turn/completed':
        this.#status = turn?.status === 'completed' || turn?.status === 'failed' ? turn.status : 'interrupted'
        return { turn: { id: String(turn?.id), thread: this.#options.thread, status: this.#status } }
      case 'item/started':
        if (item?.type === 'agentMessage') this.#texts.set(String(item.id), '')
        return itemNote(item, turnId)
      case 'item/completed':
        this.#texts.delete(String(item?.id))
        return itemNote(item, turnId)
      case 'thread/tokenUsage/updated':
        return { usage: JSON.stringify(tokenUsage) }
      default:
        return {}
    }
  }
}

/** The end of a turn that codex did not come to write, in its words. */
export function appendEnd(
  journal: Journal,
  turn: { thread: string; id: string; status: TurnStatus; error: { code: string; message: string } | null }
): void {
  const { thread, id, status, error } = turn
  const shown = error && { code: error.code, message: error.message, codexErrorInfo: null }
  const view = { id, status, items: [], itemsView: 'notLoaded', error: status === 'failed' ? shown : null }
  const params = { threadId: thread, turn: { ...view, startedAt: null, completedAt: null, durationMs: null } }
  journal.append('notification', JSON.stringify({ method: 'turn/completed', params }), { turn: { id, thread, status } })
}

const itemNote = (item: Params['item'], turn: unknown): JournalNote => ({
  item: { id: String(item?.id), turn: String(turn), type: String(item?.type), body: JSON.stringify(item ?? null) }
})
