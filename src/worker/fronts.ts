import { frontBeatFrom } from '../wire/messages.ts'

/** The front ends that there are, by their signs of life. */
export class Fronts {
  readonly #lastAt = new Map<string, number>()

  noteBeat(message: unknown): void {
    const beat = frontBeatFrom(message)
    if (!beat) return
    this.noteAlive(beat.front)
  }

  noteAlive(front: string): void {
    this.#lastAt.set(front, performance.now())
  }

  /** Whether it gave a sign of life within so many milliseconds. */
  isAlive(front: string, withinMs: number): boolean {
    return performance.now() - (this.#lastAt.get(front) ?? -Infinity) <= withinMs
  }

  /** Those that gave a sign of life within so many milliseconds, in an order that all workers have alike. */
  alive(withinMs: number): string[] {
    return [...this.#lastAt.keys()].filter((front) => this.isAlive(front, withinMs)).sort()
  }

  /** Forgets those that have been silent for so many milliseconds. */
  forget(afterMs: number): void {
    for (const [front, at] of this.#lastAt) if (performance.now() - at > afterMs) this.#lastAt.delete(front)
  }
}
