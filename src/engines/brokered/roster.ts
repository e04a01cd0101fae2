import { workerBeatFrom } from '../../wire/messages.ts'
import type { WorkerBeat } from '../../wire/messages.ts'
import { times } from '../../wire/times.ts'

/** A worker as it was last seen. */
export interface SeenWorker {
  beat: WorkerBeat
  /** `performance.now()` of its last sign of life, and of its last beat. */
  at: number
  beatAt: number
  /** Turns given to it since its last beat, which does not count them. */
  given: number
}

/** The workers that there are, by their signs of life. */
export class Roster {
  readonly #workers = new Map<string, SeenWorker>()
  #lastReadyAt = performance.now()

  /** `performance.now()` when a worker that was ready last gave a sign of life; the start, before there was any. */
  get lastReadyAt(): number {
    return this.#lastReadyAt
  }

  noteBeat(message: unknown): void {
    const beat = workerBeatFrom(message)
    if (!beat) return
    const at = performance.now()
    if (!this.#workers.has(beat.worker)) this.#forget(at - 6 * times.lost)
    this.#workers.set(beat.worker, { beat, at, beatAt: at, given: 0 })
    if (beat.ready) this.#lastReadyAt = at
  }

  /** Only when another one comes: of a thousand workers, beats are many. */
  #forget(before: number): void {
    for (const [name, seen] of this.#workers) if (seen.at < before) this.#workers.delete(name)
  }

  /** It answered, which is a sign of life too. */
  noteAnswer(worker: string): void {
    const seen = this.#workers.get(worker)
    if (seen) seen.at = performance.now()
  }

  noteGiven(worker: string): void {
    const seen = this.#workers.get(worker)
    if (seen) seen.given += 1
  }

  get(worker: string): SeenWorker | undefined {
    return this.#workers.get(worker)
  }

  /** Those that gave a sign of life lately, whether or not they take turns. */
  present(): WorkerBeat[] {
    const since = performance.now() - times.unsure
    return [...this.#workers.values()].filter(({ at }) => at >= since).map(({ beat }) => beat)
  }

  /** Those that take turns. */
  usable(): WorkerBeat[] {
    return this.present().filter(isUsable)
  }

  /** Slots of all workers that take turns, and those that are free as far as known. */
  slots(): { all: number; free: number } {
    const slots = { all: 0, free: 0 }
    for (const { worker, slots: all, active } of this.usable()) {
      slots.all += all
      slots.free += Math.max(all - active - (this.#workers.get(worker)?.given ?? 0), 0)
    }
    return slots
  }
}

/** Whether it takes turns, as it says. */
export const isUsable = ({ ready, draining }: WorkerBeat): boolean => ready && !draining
