import { randomBytes } from 'node:crypto'
import { NobodyListens } from '../broker/broker.ts'
import type { Mail } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'
import { exchangeAnswerFrom } from '../wire/exchange.ts'
import type { AnswerPart, ExchangeAnswer, ForwardedRequest, ToExchange } from '../wire/exchange.ts'
import { times } from '../wire/times.ts'
import { isSettled, pause } from './asking.ts'

export interface LineOptions {
  mail: Mail
  /** The front end. */
  front: string
  /** The subject of the worker, and its name. */
  subject: string
  worker: string
}

/**
 * One request of a client's on its way to the worker that answers it. The request is sent once; what belongs to it is asked for
 * again until it is here, which does no harm. So in doubt it is not known how far the worker came, and nothing is done twice.
 */
export class Line {
  readonly #options: LineOptions
  readonly #id = randomBytes(16).toString('hex')
  #answeredAt = performance.now()
  #isOver = false
  #first: ExchangeAnswer | undefined
  /** The part that is wanted next. */
  #next = 0

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** Resolves when the worker has the request. Rejects with a `GatewayError` where it is not there, takes no more, or is lost. */
  async open(request: ForwardedRequest): Promise<void> {
    const answer = await this.#open(request)
    if ('busy' in answer) throw busy(this.#options.worker)
    if ('gone' in answer && !this.#isOver) throw this.#lost()
    this.#first = answer
  }

  /** The parts of the answer, from the first with its head; once, and after `open`. Throws a `GatewayError` where the worker is lost. */
  async *answer(): AsyncGenerator<AnswerPart, void, void> {
    for (let answer = this.#first; !this.#isOver; answer = await this.#more()) {
      if (answer && 'gone' in answer) throw this.#lost()
      if (!answer || !('n' in answer)) continue
      this.#next = answer.n + 1
      yield answer
      if (answer.end !== undefined) return
    }
  }

  /** Sends a piece of the body, after `open`; false where no more is wanted. */
  async send(index: number, bytes: Uint8Array, last: boolean): Promise<boolean> {
    const piece = { do: 'body' as const, exchange: this.#id, index, last }
    try {
      let answer = await this.#ask({ ...piece, data: Buffer.from(bytes).toString('base64') })
      while ('idle' in answer && !this.#isOver) answer = await this.#ask({ ...piece, data: '' }) // it has that one
      return 'taken' in answer
    } catch {
      return false // the answer says so
    }
  }

  /** The worker is to know that its client is gone. */
  leave(): void {
    this.#isOver = true
    this.#tell({ do: 'leave', exchange: this.#id, reason: 'client' })
  }

  /** What let the client in has ended. */
  tokenEnded(): void {
    this.#tell({ do: 'leave', exchange: this.#id, reason: 'token' })
  }

  /** Keeps it open while the client takes nothing. */
  stay(): void {
    void this.#more().catch(() => {})
  }

  #more(): Promise<ExchangeAnswer> {
    return this.#ask({ do: 'more', exchange: this.#id, n: this.#next })
  }

  /** Only where nobody listens is it sure that it did not arrive. */
  async #open(request: ForwardedRequest): Promise<ExchangeAnswer> {
    const { mail, subject, worker, front } = this.#options
    if (!mail.isUp)
      throw new GatewayError('overloaded', 'The broker cannot be reached at the moment.', { retryAfter: 5 })
    for (;;)
      try {
        const sent: ToExchange = { do: 'open', exchange: this.#id, front, request }
        return exchangeAnswerFrom(await mail.request(subject, sent, times.partAnswer)) ?? { gone: true }
      } catch (error) {
        if (!(error instanceof NobodyListens)) return this.#more()
        if (this.#isOver) return { gone: true }
        if (isSettled(mail)) throw absent(worker)
        await pause()
      }
  }

  async #ask(message: ToExchange): Promise<ExchangeAnswer> {
    const { mail, subject } = this.#options
    for (;;)
      try {
        const answer = exchangeAnswerFrom(await mail.request(subject, message, times.partAnswer))
        this.#answeredAt = performance.now()
        return answer ?? { gone: true }
      } catch (error) {
        if (this.#isOver) return { gone: true }
        if (this.#isLost(error)) throw this.#lost()
        await pause()
      }
  }

  /** Silence counts only while this front end is connected itself, and long enough for the worker to be so, too. */
  #isLost(error: unknown): boolean {
    const { mail } = this.#options
    if (!mail.isUp) return false
    if (error instanceof NobodyListens) return isSettled(mail)
    return performance.now() - Math.max(this.#answeredAt, mail.upSince) > times.lost
  }

  #lost(): GatewayError {
    return new GatewayError(
      'engine_stopped',
      `The worker ${this.#options.worker}, which has your threads and sessions, stopped before it had answered. What it did until then may have had effects.`,
      { reason: 'worker_lost' }
    )
  }

  #tell(message: ToExchange): void {
    const { mail, subject } = this.#options
    mail.send(subject, message)
  }
}

const absent = (worker: string) =>
  new GatewayError(
    'overloaded',
    `Your threads and sessions are on the worker ${worker}, which is not there at the moment. The operator can start it again.`,
    { retryAfter: 5 }
  )

const busy = (worker: string) =>
  new GatewayError(
    'overloaded',
    `The worker ${worker}, which has your threads and sessions, answers too many requests.`,
    {
      retryAfter: 1
    }
  )
