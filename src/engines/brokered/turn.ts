import { randomBytes } from 'node:crypto'
import type { TurnEnd } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import type { Standing } from '../../wire/messages.ts'
import { Inbox } from './inbox.ts'

/** The one life of a worker that a turn was given to. */
export interface Holder {
  worker: string
  run: string
  /** `performance.now()` when. */
  at: number
}

const gone =
  'The worker that ran this turn stopped before it was finished. What it did until then may have had effects.'

/** One turn of this front end, which alone decides who runs it. */
export class BrokeredTurn {
  readonly id = randomBytes(16).toString('hex')
  readonly request: TurnRequest
  readonly inbox: Inbox
  /** `performance.now()` until when it may take. */
  readonly until: number
  /** Called when it is given to a worker. */
  admit: ((worker: string) => void) | undefined
  /** Gives back its owner's share of what may run, once it has one. */
  leave: (() => void) | undefined
  /** Its number in the line, when it stands there. */
  ticket: number | undefined
  /** `performance.now()` when it was last offered, by whatever way. */
  offeredAt = 0
  #holder: Holder | undefined
  #grant = 0
  #isOver = false
  #isLost = false
  #json: string | undefined

  constructor(request: TurnRequest, totalMs: number, onConsumed: (turn: BrokeredTurn, n: number) => void) {
    this.request = request
    this.until = performance.now() + totalMs
    this.inbox = new Inbox((n) => onConsumed(this, n))
  }

  get owner(): string {
    return this.request.owner ?? ''
  }

  get holder(): Holder | undefined {
    return this.#holder
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isWaiting(): boolean {
    return !this.#isOver && this.#holder === undefined
  }

  get standing(): Standing {
    return { grant: this.#grant, next: this.inbox.next, consumed: this.inbox.consumed }
  }

  /** The request as JSON, for as long as it may be asked for. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.request))
  }

  /** Gives it away, unless somebody else has it. */
  give(worker: string, run: string): boolean {
    if (this.#isOver) return false
    if (this.#holder) return this.#holder.worker === worker && this.#holder.run === run
    this.#holder = { worker, run, at: performance.now() }
    this.#grant += 1
    return true
  }

  /** Takes it back from one who promises not to have begun it; false where that is not sure. */
  takeBack(run: string, grant: number): boolean {
    if (this.#holder?.run !== run || this.#grant !== grant || this.inbox.next > 1) return false
    this.#holder = undefined
    return true
  }

  /** Ends it for its reader. */
  end(end: TurnEnd): void {
    this.inbox.end(end)
  }

  /** Its worker is gone or does not answer, and nobody knows how far it came: it never runs again. False where that is known already. */
  lose(message = gone): boolean {
    if (this.#isLost) return false
    this.#isLost = true
    this.end({ type: 'turn.failed', error: { code: 'engine_stopped', reason: 'worker_lost', message } })
    return true
  }

  /** Nobody reads it any more. */
  close(): void {
    this.#isOver = true
    this.#json = undefined
    this.leave?.()
    this.leave = undefined
  }
}
