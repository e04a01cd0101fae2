import type { Mail } from '../../broker/broker.ts'
import { frontBeatFrom } from '../../wire/messages.ts'
import type { Subjects } from '../../wire/subjects.ts'
import { times } from '../../wire/times.ts'

/** The front ends that there are, this one included, by the marks under which their work is stored. */
export class OtherFronts {
  readonly #mail: Mail
  readonly #subjects: Subjects
  readonly #since = performance.now()
  readonly #fronts = new Map<string, number>()
  readonly #byMark = new Map<string, { front: string; at: number }>()

  constructor(mail: Mail, subjects: Subjects) {
    this.#mail = mail
    this.#subjects = subjects
  }

  /** How many there are, this one included. */
  get count(): number {
    const since = performance.now() - times.unsure
    return [...this.#fronts.values()].filter((at) => at >= since).length
  }

  /** Whether one of this id runs, as far as known. */
  hasFront(front: string): boolean {
    const lastAt = Math.max(this.#fronts.get(front) ?? -Infinity, this.#since, this.#mail.upSince)
    return performance.now() - lastAt <= times.lost
  }

  noteBeat(message: unknown): void {
    const beat = frontBeatFrom(message)
    if (!beat) return
    const at = performance.now()
    this.#fronts.set(beat.front, at)
    for (const [front, seenAt] of this.#fronts) if (at - seenAt > 6 * times.lost) this.#fronts.delete(front)
    if (beat.mark === undefined) return
    this.#byMark.set(beat.mark, { front: beat.front, at })
    for (const [mark, seen] of this.#byMark) if (at - seen.at > 6 * times.lost) this.#byMark.delete(mark)
  }

  /** Whether it gave a sign of life lately, or could have without being noticed. */
  isAlive(mark: string): boolean {
    const connectedSince = Math.max(this.#since, this.#mail.upSince)
    const lastAt = Math.max(this.#byMark.get(mark)?.at ?? -Infinity, connectedSince)
    return !this.#mail.isUp || performance.now() - lastAt <= times.lost
  }

  /** Asks it to end work that it has accepted, once it has given a sign of life: a new one does that within a second. Resolves when that is done, or when it cannot be asked. */
  async cancel(mark: string, work: string): Promise<void> {
    const until = performance.now() + times.ping
    while (!this.#byMark.has(mark) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
    const found = this.#byMark.get(mark)
    if (!found) return
    await this.#mail.request(this.#subjects.front(found.front), { do: 'cancel', work }, times.stop).catch(() => {})
  }
}
