import { GatewayError } from '../../turn/error.ts'
import type { Work } from '../../work/work.ts'
import type { Invocation } from './automation.ts'
import type { AutomationQueue, Delivery } from './queue.ts'

export interface RunnerOptions {
  queue: AutomationQueue
  work: Pick<Work, 'mark' | 'isStopping'>
  /** Whether the gateway with this mark runs. */
  isAlive: (mark: string) => boolean
  /** Gives an invocation to its session. What was given before is not given again. Throws `thread_busy` where the session is not idle. */
  deliver: (delivery: Delivery) => Promise<void>
  /** Unix milliseconds. */
  now: () => number
}

/** Milliseconds before the first look, between two of them at least and at most (what other gateways have left is found then), and before one is tried again: where its session is busy, and at first and at most where there is no room. */
const times = { first: 1_000, least: 20, most: 15_000, busy: 1_000, again: 2_000, longest: 60_000 }
/** Deliveries at once, and how often one is tried that finds no room. */
const most = { atOnce: 4, attempts: 20 }

/** Does what is due of automations, and what gateways that are gone have left. Several gateways may do so with one store. */
export class AutomationRunner {
  readonly #options: RunnerOptions
  readonly #running = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Looks from now on when something is due. */
  start(): void {
    this.#lookIn(times.first)
  }

  /** Takes what is due, and what can be delivered of it. */
  look(): void {
    if (this.#options.work.isStopping) return
    let next: number | undefined
    try {
      this.#take()
      const isFull = this.#running.size >= most.atOnce // the end of one of them is followed by another look
      next = isFull ? undefined : this.#options.queue.nextAt()
    } catch {
      // the store cannot be used at the moment
    }
    if (this.#timer) this.#lookIn(Math.max((next ?? Infinity) - this.#options.now(), times.least))
  }

  #take(): void {
    const { queue, work, now, isAlive } = this.#options
    queue.takeDue(now())
    const isFree = (mark: string, id: string) => (mark === work.mark ? !this.#running.has(id) : !isAlive(mark))
    while (this.#running.size < most.atOnce) {
      const delivery = queue.claim(now(), work.mark, isFree)
      if (delivery === undefined) return
      this.#run(delivery)
    }
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.look(), Math.min(ms, times.most)).unref()
  }

  /** Resolves when nothing is being delivered here. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  #run(delivery: Delivery): void {
    const { id } = delivery.invocation
    const { mark } = this.#options.work
    const done = this.#deliver(delivery, mark).finally(() => {
      this.#running.delete(id)
      this.look()
    })
    this.#running.set(id, done)
  }

  /** What cannot be stored is found again, and given again under its id. */
  async #deliver(delivery: Delivery, mark: string): Promise<void> {
    const { queue, deliver, now } = this.#options
    const { invocation, attempts } = delivery
    try {
      await deliver(delivery)
      queue.end(invocation, mark, null)
    } catch (error) {
      const wait = waitAfter(error, attempts)
      try {
        if (wait === undefined) queue.end(invocation, mark, errorFrom(error))
        else queue.release(invocation, mark, { at: now() + wait.ms, attempts: attempts + Number(wait.counts) })
      } catch {
        // the store cannot be used at the moment
      }
    }
  }
}

/** Milliseconds to wait before another attempt, and whether this one counts; undefined where another would be in vain. */
function waitAfter(error: unknown, attempts: number): { ms: number; counts: boolean } | undefined {
  if (!(error instanceof GatewayError)) return undefined
  switch (error.code) {
    case 'thread_busy':
      return { ms: times.busy, counts: false }
    case 'overloaded':
    case 'rate_limited':
    case 'usage_limit_exceeded':
    case 'engine_stopped':
      if (attempts >= most.attempts) return undefined
      return { ms: Math.min(times.again * 2 ** attempts, times.longest), counts: true }
    default:
      return undefined
  }
}

/** Messages of the gateway's own errors are for callers. */
function errorFrom(error: unknown): NonNullable<Invocation['error']> {
  if (error instanceof GatewayError) return { code: error.code, message: error.message }
  return { code: 'internal_error', message: 'The gateway could not do this.' }
}
