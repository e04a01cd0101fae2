import { contracted } from '../../turn/contract.ts'
import type { Engine } from '../../turn/engine.ts'
import { GatewayError } from '../../turn/error.ts'
import { isTurnEnd, isUsage } from '../../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'

export interface MeteredTurnOptions {
  request: TurnRequest
  /** Puts around the turn what every turn of the gateway has: its slot in the queue, and its account. */
  chain: (engine: Engine) => Engine
  /** It must not go on: app-server is to end it. */
  interrupt: () => void
  /** Its end has been seen. */
  ended: () => void
}

/** A turn of a shared app-server as the gateway counts it: what is seen of it are the events of an engine. */
export class MeteredTurn {
  /** The one that `turn/interrupt` knows: that of `turn/started`. */
  startedId: string | undefined
  /** Resolves when it has a slot and an account. Rejects with a `GatewayError` where it must not begin. */
  readonly begun: Promise<void>
  /** Resolves when it is over and accounted for: to its error, where the gateway has ended it. */
  readonly over: Promise<GatewayError | undefined>
  readonly #options: MeteredTurnOptions
  readonly #waiting = new AbortController()
  readonly #events: TurnEvent[] = []
  readonly #questions = new Set<string>()
  #begin = () => {}
  #wake = () => {}
  #isStopped = false
  #isCounted = false
  #isEnded = false

  constructor(options: MeteredTurnOptions) {
    this.#options = options
    const begun = new Promise<void>((resolve) => (this.#begin = resolve))
    const ran = this.#run()
    this.begun = Promise.race([begun, ran.then((end) => Promise.reject(refusalFrom(end)))])
    this.begun.catch(() => {})
    this.over = ran.then((end) => (this.#isStopped ? refusalFrom(end) : undefined))
  }

  /** Whether its end has been seen. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Where it still waits to begin it does not: the client has left. */
  leave(): void {
    this.#waiting.abort('client')
  }

  /** What is seen of its tokens. */
  note(event: TurnEvent): void {
    if (this.#isEnded) return
    this.#isCounted ||= isUsage(event)
    this.#events.push(event)
    this.#wake()
  }

  /** Codex asks its clients something, or has its answer: meanwhile the turn needs no slot. */
  asks(id: string): void {
    this.#questions.add(id)
    if (this.#questions.size === 1) this.note({ type: 'turn.waiting' })
  }

  answered(id: string): void {
    if (this.#questions.delete(id) && this.#questions.size === 0) this.note({ type: 'turn.resumes' })
  }

  end(end: TurnEnd): void {
    if (this.#isEnded) return
    if (end.type !== 'turn.failed' && !this.#isCounted) this.note({ type: 'usage.unknown', cause: 'not_reported' })
    this.note(end)
    this.#isEnded = true
    this.#options.ended()
  }

  /** Codex does not begin it. */
  refused(): void {
    this.end({ type: 'turn.failed', error: { code: 'upstream_error', message: 'Codex did not begin this turn.' } })
  }

  /** Resolves to its end, when nothing of it is left to account for. */
  async #run(): Promise<TurnEnd | undefined> {
    const { chain, request } = this.#options
    const events = this.#seen()
    const run = contracted((_request, signal) => {
      this.#begin()
      const stop = () => this.#stop()
      signal.addEventListener('abort', stop, { once: true })
      return events
    })
    let end: TurnEnd | undefined
    const engine = chain({ name: 'app-server', run, async [Symbol.asyncDispose]() {} })
    for await (const event of engine.run(request, this.#waiting.signal)) if (isTurnEnd(event)) end = event
    return end
  }

  #stop(): void {
    this.#isStopped = true
    this.#options.interrupt()
  }

  async *#seen(): AsyncGenerator<TurnEvent, void> {
    yield { type: 'thread.started', thread_id: threadOf(this.#options.request) }
    for (;;) {
      const event = this.#events.shift()
      if (event) yield event
      else if (this.#isEnded) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

const threadOf = ({ thread }: TurnRequest) => (thread?.kind === 'resume' ? thread.id : '')

function refusalFrom(end: TurnEnd | undefined): GatewayError {
  if (end?.type !== 'turn.failed') return new GatewayError('engine_stopped', 'The turn was ended before it began.')
  const { code, message, reason, retry_after: retryAfter } = end.error
  return new GatewayError(code, message, { reason, retryAfter })
}
