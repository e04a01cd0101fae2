import type { Permits } from '../../broker/broker.ts'
import { times } from '../../wire/times.ts'

/**
 * Permits as one front end uses them: what it cannot release at once it releases later. What dead ones had is free, and what this one
 * was given without learning of it, by a broker that hung.
 */
export class OwnerPermits implements Disposable {
  readonly #permits: Permits
  readonly #own: string
  readonly #isAlive: (front: string) => boolean
  readonly #inUse = new Set<number>()
  /** Of those that nobody here had at the last sweep. */
  #unknown = new Set<number>()
  #sweptAt = -Infinity
  #retries = new Set<NodeJS.Timeout>()

  /** `own`: by which this front end takes them. */
  constructor(permits: Permits, own: string, isAlive: (front: string) => boolean) {
    this.#permits = permits
    this.#own = own
    this.#isAlive = isAlive
  }

  /** Resolves to what releases it, or undefined where none is left. Rejects where the broker does not answer. */
  async take(key: string, count: number): Promise<(() => void) | undefined> {
    await this.#permits.limit(count)
    const permit = await this.#permits.take(key)
    if (permit === undefined) {
      this.#sweepSometimes()
      return undefined
    }
    this.#inUse.add(permit)
    return () => this.#release(permit)
  }

  /** The connection was made again: the broker may have lost them. */
  forget(): void {
    this.#permits.forget()
  }

  [Symbol.dispose](): void {
    for (const retry of this.#retries) clearTimeout(retry)
  }

  #release(permit: number, tries = 10): void {
    this.#inUse.delete(permit)
    this.#permits.release(permit).catch((error: unknown) => {
      if (tries === 0 || (error as { code?: unknown }).code === noMessage) return // it was lost with its broker
      const retry = setTimeout(() => {
        this.#retries.delete(retry)
        this.#release(permit, tries - 1)
      }, times.beat)
      this.#retries.add(retry)
    })
  }

  #sweepSometimes(): void {
    if (performance.now() - this.#sweptAt < times.lost) return
    this.#sweptAt = performance.now()
    const before = this.#unknown
    this.#unknown = new Set()
    void this.#permits.sweep((holder, permit) => this.#isInUse(holder, permit, before)).catch(() => {})
  }

  /** One of its own that is unknown now, and was so at the last sweep, is not on its way to be taken. */
  #isInUse(holder: string, permit: number, unknownBefore: ReadonlySet<number>): boolean {
    if (holder !== this.#own) return this.#isAlive(holder)
    if (this.#inUse.has(permit)) return true
    this.#unknown.add(permit)
    return !unknownBefore.has(permit)
  }
}

const noMessage = 10_043
