import type { Broker, Pull } from '../broker/broker.ts'
import type { Engine } from '../turn/engine.ts'
import { ticketFrom } from '../wire/messages.ts'
import type { Ticket } from '../wire/messages.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'
import type { KnownTurns } from './known-turns.ts'
import type { RunningTurns } from './running-turns.ts'
import { Running } from './running.ts'
import { requestOf, take } from './take.ts'

export interface IntakeOptions {
  broker: Broker
  subjects: Subjects
  engine: Engine
  slots: number
  worker: string
  run: string
  known: KnownTurns
  turns: RunningTurns
  /** Slots of these that are taken by others. */
  besides: () => number
  /** Whether turns are wanted at the moment. */
  isOpen: () => boolean
  /** Another number of slots is taken. */
  onChange: () => void
}

/** The slots of a worker, and how turns come into them: tickets out of the line, and offers of front ends. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #pull: Pull
  readonly #busy = new Set<Promise<void>>()

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#pull = options.broker.line.pull((ticket, answer) => this.#ticketArrived(ticket, answer))
  }

  /** Slots that are taken. */
  get active(): number {
    return this.#busy.size
  }

  /** Asks for a ticket where there is a slot for it. */
  pull(): void {
    if (this.#isFree()) this.#pull.open()
  }

  /** What was asked for is void: the connection is another one, or no turn is wanted any more. */
  stopPulling(): void {
    this.#pull.close()
  }

  /** Takes a turn that is offered. An offer overtakes nobody: only where a pull has been open for a while, the line is empty. */
  accepts(ticket: Ticket): boolean {
    if (!this.#isFree() || this.#pull.openFor < times.pullOpen || !this.#options.known.take(ticket.turn)) return false
    this.#begin(ticket, () => {})
    return true
  }

  /** Resolves when no slot is taken. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy)
  }

  #isFree(): boolean {
    const { isOpen, besides, slots } = this.#options
    return isOpen() && this.active + besides() < slots
  }

  #ticketArrived(message: unknown, answer: (how: 'done' | 'again') => void): void {
    const ticket = ticketFrom(message)
    if (!ticket) answer('done')
    else if (!this.#isFree()) answer('again')
    else if (this.#options.known.take(ticket.turn)) this.#begin(ticket, () => answer('done'))
    else answer('done')
    this.pull()
  }

  /** Takes a slot, asks for the turn and runs it; the slot is free again when nothing of it is left. */
  #begin(ticket: Ticket, acknowledge: () => void): void {
    const { onChange } = this.#options
    const work = this.#work(ticket, acknowledge).finally(() => {
      this.#busy.delete(work)
      onChange()
    })
    this.#busy.add(work)
    onChange()
  }

  async #work({ turn, front }: Ticket, acknowledge: () => void): Promise<void> {
    const { broker, subjects, engine, worker, run, known, turns } = this.#options
    const { mail } = broker
    const taker = { mail, subject: subjects.front(front), turn, worker, run }
    const given = await take(taker)
    const { grant = 0, totalMs = 0 } = given ?? {}
    const running = new Running({ ...taker, front, grant, totalMs })
    if (given) turns.add(running)
    known.taken(turn, given !== undefined)
    acknowledge()
    if (!given) return
    await running.run(engine, () => requestOf(given, taker))
    turns.removeIfOver(running)
  }
}
