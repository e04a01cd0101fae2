import { randomUUID } from 'node:crypto'
import type { Question } from '../threads/observer.ts'
import { GatewayError } from '../turn/error.ts'
import { decisionsFor, resultOf } from './answers.ts'
import type { Said } from './answers.ts'
import type { SessionRequest } from './request.ts'

export interface RequestOptions {
  /** Whether the workspace allows that somebody is asked. */
  canAsk: () => boolean
  /** Milliseconds after which a question is declined. */
  patienceMs: number
  /** A question has come, or is over. */
  changed: (request: SessionRequest) => void
}

interface Open {
  request: SessionRequest
  question: Question
  timer: NodeJS.Timeout
}

/** How many questions of a session may wait at once, and how many that are over are remembered. */
const limits = { open: 32, over: 64 }

/** The questions of codex that those who watch a session can answer, each once. What nobody answers is declined. */
export class SessionRequests {
  readonly #options: RequestOptions
  readonly #open = new Map<string, Open>()
  readonly #over = new Map<string, SessionRequest>()

  constructor(options: RequestOptions) {
    this.#options = options
  }

  /** Those that wait for an answer. */
  get pending(): SessionRequest[] {
    return [...this.#open.values()].map(({ request }) => request)
  }

  /** Puts a question to those who watch. False where nobody is asked. */
  ask(question: Question): boolean {
    const { method, params } = question
    const { canAsk, patienceMs, changed } = this.#options
    const decisions = canAsk() ? decisionsFor(method, params) : undefined
    if (decisions === undefined || this.#open.size >= limits.open) return false
    const requestId = `req_${randomUUID().replaceAll('-', '')}`
    const request: SessionRequest = {
      requestId,
      method,
      params,
      status: 'pending',
      deadline: Date.now() + patienceMs,
      decisions,
      handled: false,
      decision: null,
      answeredBy: null,
      result: null,
      error: null
    }
    const timer = setTimeout(() => this.#decline(requestId, 'expired'), patienceMs)
    this.#open.set(requestId, { request, question, timer })
    changed(request)
    return true
  }

  /** Answers one. `by` is the name of a principal. Throws `conflict` for one that is over, and `not_found` for one that never was. */
  answer(id: string, said: Said, by: string): SessionRequest {
    const open = this.#open.get(id)
    if (open === undefined) throw this.#over.has(id) ? overAlready() : noSuchRequest()
    const { method, params } = open.question
    const { decision, result } = resultOf(method, params, said)
    open.question.answer(result)
    return this.#close(open, { status: 'answered', decision, answeredBy: by, result })
  }

  /** The turn is over: nothing is waited for any more. */
  cancelAll(): void {
    for (const id of [...this.#open.keys()]) this.#decline(id, 'cancelled')
  }

  #decline(id: string, status: 'expired' | 'cancelled'): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    open.question.decline()
    try {
      this.#close(open, { status, decision: 'decline' })
    } catch {
      // what cannot be stored now is with the next state
    }
  }

  #close({ request, timer }: Open, change: Partial<SessionRequest>): SessionRequest {
    clearTimeout(timer)
    const closed = { ...request, ...change, handled: true }
    this.#open.delete(request.requestId)
    this.#over.set(request.requestId, closed)
    const [oldest] = this.#over.keys()
    if (this.#over.size > limits.over && oldest !== undefined) this.#over.delete(oldest)
    this.#options.changed(closed)
    return closed
  }
}

const overAlready = () => new GatewayError('conflict', 'This request was answered already, or nobody answered in time.')
const noSuchRequest = () =>
  new GatewayError('not_found', 'There is no such request in this session.', { reason: 'unknown_session' })
