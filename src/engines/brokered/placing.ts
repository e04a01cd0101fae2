import { LineFull } from '../../broker/broker.ts'
import type { Broker } from '../../broker/broker.ts'
import { acceptedFrom } from '../../wire/messages.ts'
import type { Subjects } from '../../wire/subjects.ts'
import { lineLimits, times } from '../../wire/times.ts'
import type { BrokeredTurn } from './turn.ts'

/** By which way a turn came to its worker. */
export type Road = 'direct' | 'line'

export interface PlacingOptions {
  broker: Broker
  subjects: Subjects
  front: string
  /** The worker that fits a turn best, if any does. */
  workerFor: (turn: BrokeredTurn) => string | undefined
  /** The workers that alone can run a turn; undefined where all can. */
  onlyWorkers?: ((turn: BrokeredTurn) => readonly string[] | undefined) | undefined
  /** Lets a turn of an owner leave the queue, over all front ends; resolves to undefined while too many have. */
  share?: ((owner: string) => Promise<(() => void) | undefined>) | undefined
}

/** What of one owner waits: those with a place in the line, and those before it. */
interface OwnersTurns {
  placed: Set<BrokeredTurn>
  before: BrokeredTurn[]
  retry?: NodeJS.Timeout | undefined
}

/**
 * Brings waiting turns to workers: by an offer to the one that fits, else through the line. Of each owner only a few stand in
 * the line, over all front ends; the others wait here until one of them is taken.
 */
export class Placing {
  readonly #options: PlacingOptions
  readonly #owners = new Map<string, OwnersTurns>()
  #lineId: string | undefined

  constructor(options: PlacingOptions) {
    this.#options = options
  }

  add(turn: BrokeredTurn): void {
    const turns = this.#owners.get(turn.owner) ?? { placed: new Set(), before: [] }
    this.#owners.set(turn.owner, turns)
    turns.before.push(turn)
    this.#fill(turn.owner, turns)
  }

  /** It was taken, or nobody waits for it any more. */
  remove(turn: BrokeredTurn): void {
    const turns = this.#owners.get(turn.owner)
    if (!turns) return
    const at = turns.before.indexOf(turn)
    if (at >= 0) turns.before.splice(at, 1)
    turns.placed.delete(turn)
    if (turn.ticket !== undefined && turn.isOver) this.#withdraw(turn.ticket)
    this.#fill(turn.owner, turns)
    if (turns.placed.size + turns.before.length > 0) return
    clearTimeout(turns.retry)
    this.#owners.delete(turn.owner)
  }

  /** Offers again what has left the line without being taken, or was lost with it. */
  async lookAfter(): Promise<void> {
    const placed = [...this.#owners.values()].flatMap((turns) => [...turns.placed])
    if (placed.length === 0 && this.#lineId !== undefined) return
    const asked = performance.now()
    const { id, first } = await this.#options.broker.line.state()
    const isNew = this.#lineId !== undefined && id !== this.#lineId
    this.#lineId = id
    for (const turn of placed) {
      const isGone = isNew || ((turn.ticket ?? 0) < first && turn.offeredAt < asked - times.lookAfter / 2)
      if (isGone && turn.isWaiting && !this.#options.onlyWorkers?.(turn)) void this.#put(turn)
    }
  }

  #fill(owner: string, turns: OwnersTurns): void {
    while (turns.placed.size < lineLimits.perOwner) {
      const turn = turns.before.shift()
      if (!turn) return
      turns.placed.add(turn)
      void this.#place(turn)
    }
  }

  async #place(turn: BrokeredTurn): Promise<void> {
    if (!(await this.#mayLeave(turn))) return this.#putLater(turn, times.heldBack)
    const only = this.#options.onlyWorkers?.(turn)
    if (only) return this.#placeAt(only, turn)
    const worker = turn.offeredAt === 0 ? this.#options.workerFor(turn) : undefined
    if (worker !== undefined && (await this.#offer(turn, worker))) return
    await this.#put(turn)
  }

  /** Not through the line, where any worker would take it. */
  async #placeAt(workers: readonly string[], turn: BrokeredTurn): Promise<void> {
    const fitting = this.#options.workerFor(turn)
    const all = fitting === undefined ? workers : [fitting, ...workers.filter((worker) => worker !== fitting)]
    for (const worker of all) if (turn.isWaiting && (await this.#offer(turn, worker))) return
    this.#putLater(turn, times.heldBack)
  }

  /** Whether its owner may have one more turn that runs, or is about to. */
  async #mayLeave(turn: BrokeredTurn): Promise<boolean> {
    const { share } = this.#options
    if (!share || turn.leave) return true
    const leave = await share(turn.owner).catch(() => undefined)
    if (turn.isOver) leave?.()
    else turn.leave = leave
    return leave !== undefined
  }

  async #offer(turn: BrokeredTurn, worker: string): Promise<boolean> {
    const { broker, subjects, front } = this.#options
    turn.offeredAt = performance.now()
    const offer = { do: 'offer', turn: turn.id, front }
    return broker.mail.request(subjects.worker(worker), offer, times.offer).then(
      (answer) => acceptedFrom(answer)?.accepted === true,
      () => false // nobody, or too late: where it takes the turn all the same, the line has one ticket too many
    )
  }

  async #put(turn: BrokeredTurn): Promise<void> {
    if (!turn.isWaiting) return
    const { broker, front } = this.#options
    if (!broker.mail.isUp) return this.#putLater(turn, times.retry)
    turn.offeredAt = performance.now()
    try {
      turn.ticket = await broker.line.put(turn.owner, { turn: turn.id, front })
      if (turn.isOver) this.#withdraw(turn.ticket)
    } catch (error) {
      this.#putLater(turn, error instanceof LineFull ? times.heldBack : times.retry)
    }
  }

  /** First of its owner again, as soon as one of them is taken, or after a while. */
  #putLater(turn: BrokeredTurn, afterMs: number): void {
    const turns = this.#owners.get(turn.owner)
    if (!turns?.placed.delete(turn)) return
    turns.before.unshift(turn)
    turns.retry ??= setTimeout(() => {
      turns.retry = undefined
      this.#fill(turn.owner, turns)
    }, afterMs)
  }

  #withdraw(ticket: number): void {
    this.#options.broker.line.remove(ticket).catch(() => {}) // it has left the line already
  }
}
