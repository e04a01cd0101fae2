import type { Permits } from '../../broker/broker.ts'
import { times } from '../../wire/times.ts'

/** Permits as one front end uses them: what it cannot release at once it releases later, and what dead ones had is free. */
export class OwnerPermits implements Disposable {
  readonly #permits: Permits
  readonly #isAlive: (front: string) => boolean
  #sweptAt = -Infinity
  #retries = new Set<NodeJS.Timeout>()

  constructor(permits: Permits, isAlive: (front: string) => boolean) {
    this.#permits = permits
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
    void this.#permits.sweep(this.#isAlive).catch(() => {})
  }
}

const noMessage = 10_043
