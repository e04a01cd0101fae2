import { untilAdmitted } from '../turn/deadline.ts'
import { GatewayError } from '../turn/error.ts'
import { RetryTimes } from './retry-times.ts'

export interface QueueLimits {
  /** Turns that run at once. */
  concurrency: number
  /** Turns that may wait. */
  queue: number
  /** Milliseconds a turn may wait. */
  patience: number
  /** What an operator can do where it is full. */
  advice?: string
  /** What one owner may take of it; no bound of its own where unset. */
  perClient?: { concurrency?: number | undefined; queue?: number | undefined }
  /** Turns that have slots of the same and are none of this queue's; none when left out. */
  besides?: (() => number) | undefined
  /** Called when a slot is taken or released. */
  changed?: (() => void) | undefined
}

/** Where a turn runs, if that has a bound of its own. */
export interface Room {
  id: string
  /** Turns that run there at once. */
  concurrency: number
}

interface EnterOptions {
  room?: Room | undefined
  onWait?: ((leave: () => void) => void) | undefined
  /** It had a slot before, so that it is not refused, and waits as long as it takes. */
  resumes?: boolean | undefined
}

/** Milliseconds. */
const longestTimer = 2_147_483_647

interface Waiter {
  owner: string
  room: Room | undefined
  start: () => void
}

/**
 * Slots for turns, and a bounded queue for those that wait. The next slot goes to the owner with the fewest running turns, among
 * equals to the one that got a slot longest ago, so that no owner owns the queue.
 */
export class TurnQueue {
  readonly #limits: QueueLimits
  readonly #waiting = new Set<Waiter>()
  readonly #running = new Map<string, number>()
  readonly #inRoom = new Map<string, number>()
  /** When each owner last got a slot, counted in slots. */
  readonly #served = new Map<string, number>()
  readonly #retryTimes = new RetryTimes()
  #taken = 0
  #active = 0

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  get active(): number {
    return this.#active
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Waits for a slot and resolves to the function that releases it. `onWait` is called at once when none is free, with the function that
   * leaves the queue. Rejects with `rate_limited`, `overloaded`, or the signal's reason.
   */
  async enter(
    owner: string,
    signal: AbortSignal,
    { room, onWait, resumes = false }: EnterOptions = {}
  ): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#mayRun({ owner, room })) return this.#take(owner, room)
    if (!resumes) this.#refuseWhenFull(owner)
    return this.#wait({ owner, room }, signal, { onWait, resumes })
  }

  /** A slot that was none of this queue's may be free. */
  look(): void {
    this.#next()
  }

  #mayRun({ owner, room }: Pick<Waiter, 'owner' | 'room'>): boolean {
    const own = this.#limits.perClient?.concurrency ?? Infinity
    if (room !== undefined && (this.#inRoom.get(room.id) ?? 0) >= room.concurrency) return false
    const taken = this.active + (this.#limits.besides?.() ?? 0)
    return taken < this.#limits.concurrency && (this.#running.get(owner) ?? 0) < own
  }

  #refuseWhenFull(owner: string): void {
    const own = [...this.#waiting].filter((waiter) => waiter.owner === owner).length
    if (this.#waiting.size < this.#limits.queue && own < (this.#limits.perClient?.queue ?? Infinity)) return
    const retryAfter = this.#retryTimes.next(owner, this.#slots)
    throw new GatewayError(
      'rate_limited',
      `The queue for Codex is full: try again in ${retryAfter} s. ${this.#limits.advice ?? 'The operator can raise CODEX_MAX_CONCURRENCY and CODEX_MAX_QUEUE.'}`,
      { retryAfter }
    )
  }

  /** Those that one owner may have. */
  get #slots(): number {
    return Math.min(this.#limits.concurrency, this.#limits.perClient?.concurrency ?? Infinity)
  }

  #wait(
    { owner, room }: Pick<Waiter, 'owner' | 'room'>,
    signal: AbortSignal,
    { onWait, resumes }: Pick<EnterOptions, 'onWait' | 'resumes'>
  ): Promise<() => void> {
    const late = () =>
      new GatewayError(
        'overloaded',
        `No slot for Codex became free in time. ${this.#limits.advice ?? 'The operator can raise CODEX_MAX_CONCURRENCY, or CODEX_QUEUE_TIMEOUT_SECONDS.'}`,
        { retryAfter: this.#retryTimes.next(owner, this.#slots) }
      )
    return untilAdmitted({ signal, patience: resumes ? longestTimer : this.#limits.patience, late }, (admit, leave) => {
      const waiter = { owner, room, start: () => admit(() => this.#take(owner, room)) }
      this.#waiting.add(waiter)
      onWait?.(leave)
      return () => this.#waiting.delete(waiter)
    })
  }

  #take(owner: string, room?: Room): () => void {
    this.#active += 1
    count(this.#running, owner, 1)
    if (room) count(this.#inRoom, room.id, 1)
    this.#served.set(owner, ++this.#taken)
    this.#limits.changed?.()
    const began = performance.now()
    let released = false
    return () => {
      if (released) return
      released = true
      this.#retryTimes.ended(performance.now() - began)
      this.#active -= 1
      count(this.#running, owner, -1)
      if (room) count(this.#inRoom, room.id, -1)
      this.#next()
      this.#limits.changed?.()
    }
  }

  #next(): void {
    const ready = [...this.#waiting].filter((waiter) => this.#mayRun(waiter))
    const next = ready.reduce<Waiter | undefined>(
      (best, waiter) => (best && !this.#precedes(waiter, best) ? best : waiter),
      undefined
    )
    next?.start()
  }

  #precedes({ owner: one }: Waiter, { owner: other }: Waiter): boolean {
    const more = (this.#running.get(one) ?? 0) - (this.#running.get(other) ?? 0)
    return more === 0 ? (this.#served.get(one) ?? 0) < (this.#served.get(other) ?? 0) : more < 0
  }
}

function count(counts: Map<string, number>, key: string, change: number): void {
  const left = (counts.get(key) ?? 0) + change
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
}
