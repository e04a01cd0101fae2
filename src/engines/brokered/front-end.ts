import { randomBytes } from 'node:crypto'
import type { Broker } from '../../broker/broker.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { toFrontFrom } from '../../wire/messages.ts'
import type { FrontBeat } from '../../wire/messages.ts'
import type { Subjects } from '../../wire/subjects.ts'
import { Ticker } from '../../wire/ticker.ts'
import { times } from '../../wire/times.ts'
import { CallPlaces } from './affinity.ts'
import { fittingWorker, onlyWorkers } from './fitting.ts'
import { byWorker, Handover, reportsOn } from './handover.ts'
import type { Handed, HandoverOptions } from './handover.ts'
import { OtherFronts } from './other-fronts.ts'
import { OwnerPermits } from './permits.ts'
import { Placing } from './placing.ts'
import { Roster } from './roster.ts'
import { BrokeredTurn } from './turn.ts'
import type { Holder } from './turn.ts'
import { WorkerWatch } from './worker-watch.ts'

export interface FrontEndOptions extends Pick<FrontBeat, 'version' | 'agrees'> {
  broker: Broker
  subjects: Subjects
  id: string
  /** Turns that one owner may run at once, over all front ends; no bound of its own when left out. */
  ownConcurrency?: number | undefined
}

/**
 * Gives turns to workers and follows them. It alone decides who runs one of its turns, and gives it away once: what the broker
 * delivers twice, late or not at all can then do no harm. In doubt a turn fails; it never runs twice.
 */
export class FrontEnd implements AsyncDisposable {
  readonly roster = new Roster()
  readonly calls = new CallPlaces()
  readonly others: OtherFronts
  /** The mark by which what this front end has in progress is stored, where anything is. */
  mark: string | undefined
  /** Answers what workers say of what they serve themselves; nothing does when left out. */
  onServing: HandoverOptions['onServing'] | undefined
  readonly handed: Handed = { direct: 0, line: 0, lost: 0 }
  readonly #options: FrontEndOptions
  readonly #run = randomBytes(4).toString('hex')
  readonly #turns = new Map<string, BrokeredTurn>()
  readonly #placing: Placing
  readonly #ticker: Ticker
  readonly #watch: WorkerWatch
  readonly #permits: OwnerPermits[]
  readonly places: OwnerPermits
  readonly #handover: Handover
  #ticks = 0
  #isPrepared = false

  constructor(options: FrontEndOptions) {
    this.#options = options
    const { broker, subjects, id, ownConcurrency } = options
    this.others = new OtherFronts(broker.mail, subjects)
    const isAlive = (front: string) => this.others.hasFront(front)
    const shares = new OwnerPermits(broker.shares, id, isAlive)
    this.#permits = [shares, (this.places = new OwnerPermits(broker.places, id, isAlive))]
    this.#placing = new Placing({
      broker,
      subjects,
      front: id,
      workerFor: ({ request }) => fittingWorker(request, this.roster, this.calls),
      onlyWorkers: ({ request }) => onlyWorkers(request, this.roster),
      share: ownConcurrency === undefined ? undefined : (owner) => shares.take(owner, ownConcurrency)
    })
    this.#ticker = new Ticker(broker.mail, times.beat / 4, () => this.#tick())
    this.#handover = new Handover({
      turns: this.#turns,
      roster: this.roster,
      maxChars: () => broker.mail.maxChars,
      onGiven: (turn, worker) => this.#given(turn, worker),
      onReturned: (turn) => this.#placing.add(turn),
      onLost: (turn) => this.lose(turn),
      onGap: (turn, worker) => this.#report(worker, [turn]),
      onServing: (message) => this.onServing?.(message)
    })
    this.#watch = new WorkerWatch({
      mail: broker.mail,
      subjects,
      roster: this.roster,
      ticker: this.#ticker,
      lost: (worker, isLost) => this.#loseAll(worker, isLost)
    })
  }

  get isUp(): boolean {
    return this.#options.broker.mail.isUp
  }

  /** Turns that have a worker, and those that wait for one. */
  get counts(): { active: number; waiting: number } {
    const waiting = [...this.#turns.values()].filter(({ isWaiting }) => isWaiting).length
    return { active: this.#turns.size - waiting, waiting }
  }

  start(): void {
    const { broker, subjects, id } = this.#options
    broker.mail.listen(subjects.front(id), (message) => this.#handover.answer(toFrontFrom(message)))
    broker.mail.listen(subjects.workerBeats, (message) => this.roster.noteBeat(message))
    this.others.listen(id)
    broker.mail.watch(() => void this.#connected())
    this.#ticker.start()
    void this.#connected()
  }

  /** Begins to look for a worker. `admit` is called when there is one. */
  add(request: TurnRequest, totalMs: number, admit: (worker: string) => void): BrokeredTurn {
    const turn = new BrokeredTurn(request, totalMs, ({ id, holder }, n) => {
      if (holder) this.#tell(holder.worker, { do: 'consumed', turn: id, n })
    })
    turn.admit = admit
    this.#turns.set(turn.id, turn)
    this.#placing.add(turn)
    return turn
  }

  /** Nobody reads it any more: it is not given away, and what still runs of it is interrupted. */
  remove(turn: BrokeredTurn): void {
    turn.close()
    this.#turns.delete(turn.id)
    if (turn.holder) this.#tell(turn.holder.worker, { do: 'drop', turn: turn.id })
    this.#placing.remove(turn)
  }

  /** Asks its worker to interrupt it. */
  stop(turn: BrokeredTurn, reason: string): void {
    if (turn.holder) this.#tell(turn.holder.worker, { do: 'stop', turn: turn.id, reason })
  }

  /** Ends it as one that may have had effects, and may still run. */
  lose(turn: BrokeredTurn, message?: string): void {
    if (turn.lose(message)) this.handed.lost += 1
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ticker.stop()
    this.#permits.forEach((permits) => permits[Symbol.dispose]())
    for (const turn of this.#turns.values()) this.remove(turn)
  }

  #tell(worker: string, message: unknown): void {
    this.#options.broker.mail.send(this.#options.subjects.worker(worker), message)
  }

  #given(turn: BrokeredTurn, worker: string): void {
    this.handed[turn.ticket === undefined ? 'direct' : 'line'] += 1
    this.#placing.remove(turn)
    turn.admit?.(worker)
  }

  async #connected(): Promise<void> {
    this.#isPrepared = false
    if (!this.isUp) return
    this.#permits.forEach((permits) => permits.forget())
    this.#reportAll()
    await this.#prepare()
  }

  /** Repeated until it works: a cluster that elects a leader answers nothing for a second. */
  async #prepare(): Promise<void> {
    try {
      await this.#options.broker.line.prepare()
      this.#isPrepared = true
      await this.#placing.lookAfter()
    } catch {
      this.#isPrepared = false
    }
  }

  #tick(): void {
    if (!this.isUp) return
    this.#ticks += 1
    const isEvery = (ms: number) => this.#ticks % Math.round((4 * ms) / times.beat) === 0
    for (const worker of byWorker(this.#turns.values()).keys()) this.#watch.look(worker)
    if (isEvery(times.beat)) {
      const { broker, subjects, id, version, agrees } = this.#options
      const beat: FrontBeat = { front: id, run: this.#run, version, agrees, ...(this.mark && { mark: this.mark }) }
      broker.mail.send(subjects.frontBeat(id), beat)
      this.#reportAll()
      if (!this.#isPrepared) void this.#prepare()
    }
    if (isEvery(times.lookAfter) && this.#isPrepared) void this.#placing.lookAfter().catch(() => {})
  }

  #reportAll(): void {
    for (const [worker, turns] of byWorker(this.#turns.values())) this.#report(worker, turns)
  }

  /** What is known of turns here, so that whatever was lost on the way comes again. */
  #report(worker: string, turns: readonly BrokeredTurn[]): void {
    for (const report of reportsOn(turns)) this.#tell(worker, { do: 'state', front: this.#options.id, turns: report })
  }

  #loseAll(worker: string, isLost: (holder: Holder) => boolean): void {
    for (const turn of this.#turns.values()) if (turn.holder?.worker === worker && isLost(turn.holder)) this.lose(turn)
  }
}
