import { randomBytes } from 'node:crypto'
import { NobodyListens } from '../../broker/broker.ts'
import type { Mail } from '../../broker/broker.ts'
import { peerAnswerFrom, frontBeatFrom, toPeerFrom } from '../../wire/messages.ts'
import type { Ask } from '../../wire/messages.ts'
import type { Subjects } from '../../wire/subjects.ts'
import { times } from '../../wire/times.ts'
import { Asks } from './asks.ts'

/** The front ends that there are, this one included, by the marks under which their work is stored. */
export class OtherFronts {
  readonly #mail: Mail
  readonly #subjects: Subjects
  readonly #since = performance.now()
  readonly #fronts = new Map<string, number>()
  readonly #byMark = new Map<string, { front: string; at: number }>()

  /** Ends work of this front end that another one was asked to end. */
  onCancel: (work: string) => Promise<void> = async () => {}
  /** Answers what another front end asks, with JSON. */
  onAsk: (request: unknown) => Promise<unknown> = async () => undefined
  readonly #asks = new Asks()

  constructor(mail: Mail, subjects: Subjects) {
    this.#mail = mail
    this.#subjects = subjects
  }

  /** From now on it learns of the others, and answers what they ask this one. */
  listen(id: string): void {
    this.#mail.listen(this.#subjects.frontBeats, (message) => this.noteBeat(message))
    this.#mail.listen(this.#subjects.peer(id), async (message) => {
      const asked = toPeerFrom(message)
      if (asked?.do === 'cancel') return this.onCancel(asked.work).then(() => ({ done: true }))
      return asked ? this.#answer(asked).catch(() => undefined) : undefined
    })
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

  /** Asks it to end work that it has accepted. Resolves when that is done, or when it cannot be asked. */
  async cancel(mark: string, work: string): Promise<void> {
    const front = await this.#frontOf(mark)
    if (front !== undefined)
      await this.#mail.request(this.#subjects.peer(front), { do: 'cancel', work }, times.stop).catch(() => {})
  }

  /** Asks the one with this mark, and resolves to its answer. Rejects where it is not there or does not answer. */
  async ask(mark: string, request: unknown): Promise<unknown> {
    const front = await this.#frontOf(mark)
    if (front === undefined) throw new NobodyListens(mark)
    const text = JSON.stringify(request)
    const size = Math.floor(this.#mail.maxChars / 2) // JSON in JSON: its quotes take two
    const [id, count] = [randomBytes(8).toString('hex'), Math.ceil(text.length / size)]
    let answer: unknown
    for (let index = 0; index < count; index += 1) {
      const piece: Ask = { do: 'ask', id, index, count, text: text.slice(index * size, (index + 1) * size) }
      answer = await this.#mail.request(this.#subjects.peer(front), piece, 2 * times.stop)
    }
    return peerAnswerFrom(answer)?.answer
  }

  async #answer(piece: Ask): Promise<unknown> {
    const text = this.#asks.take(piece)
    return text === undefined ? { more: true } : { answer: await this.onAsk(JSON.parse(text)) }
  }

  /** Once it has given a sign of life: a new one does that within a second. */
  async #frontOf(mark: string): Promise<string | undefined> {
    const until = performance.now() + times.ping
    while (!this.#byMark.has(mark) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
    return this.#byMark.get(mark)?.front
  }
}
