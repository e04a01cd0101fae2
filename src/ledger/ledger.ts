import type { Store } from '../store/store.ts'
import type { GatewayError } from '../turn/error.ts'
import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import { textsOf } from '../turn/prompt-size.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'
import { LedgerTurn, responseIdOf } from './account.ts'
import type { Calendar } from './calendar.ts'
import { LedgerClock } from './clock.ts'
import type { Group } from './group.ts'
import { GroupedWrites } from './grouped-writes.ts'
import type { Batch } from './grouped-writes.ts'
import { ledgerSchema } from './schema.ts'
import { sweepKilled } from './sweep.ts'

export interface LedgerOptions {
  store: Store
  calendar: Calendar
  /** The model that a turn runs which names none. */
  modelOf: (request: TurnRequest) => string
  clock?: LedgerClock | undefined
}

/** Milliseconds between two looks for turns whose gateway was killed. */
const sweepMs = 60_000

/** Who used what. Turns are accounted for by `open`. */
export class Ledger implements Disposable {
  readonly store: Store
  readonly calendar: Calendar
  readonly clock: LedgerClock
  readonly #options: LedgerOptions
  readonly #writes: GroupedWrites
  readonly #dayOf = (at: number): number => this.calendar.periodOf('day', at).since
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: LedgerOptions) {
    this.#options = options
    this.store = options.store
    this.calendar = options.calendar
    this.clock = options.clock ?? new LedgerClock()
    this.#writes = new GroupedWrites(options.store, this.#dayOf)
  }

  /** Makes the tables, and ends turns whose gateway was killed, now and at intervals. Throws where the store cannot be used. */
  start(): void {
    this.store.add(ledgerSchema)
    this.sweep()
    this.#sweeping = setInterval(() => this.#sweepQuietly(), sweepMs).unref()
  }

  /** Whether everything is stored. */
  get isCurrent(): boolean {
    return this.#writes.isCurrent
  }

  /** Ends turns whose gateway was killed. Returns how many. */
  sweep(): number {
    return this.store.transaction((connection) => sweepKilled(connection, this.store.presence, this.#dayOf, this.clock))
  }

  /** Writes what waits to be written, so that what is read next has it. */
  flush(): void {
    this.#writes.flush()
  }

  /** See `Accounts`. */
  async open(request: TurnRequest, engine: string, _stop: (reason: GatewayError) => void): Promise<TurnAccount> {
    const group = this.#groupOf(request, engine)
    const turn = new LedgerTurn({ at: this.clock.now, reserved: 0, reservedCost: 0 })
    await this.#writes.addSooner((batch) => {
      const { connection, groups } = batch
      const process = groups.process(connection, this.store.presence.id)
      turn.open(batch, { group: groups.of(connection, group), process })
    }, undefined)
    return new TurnAccount(turn, request, this.#writes, this.clock)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweeping)
    this.#writes.flush()
  }

  #groupOf(request: TurnRequest, engine: string): Group {
    const { owner = 'anonymous', key = '', workspace = 'default', serviceTier: tier = '' } = request
    const model = this.#options.modelOf(request)
    return { principal: owner, key, workspace, account: 'default', model, tier, engine }
  }

  #sweepQuietly(): void {
    try {
      this.sweep()
    } catch {
      // the store cannot be used at the moment
    }
  }
}

/** What one turn spends. */
export class TurnAccount {
  readonly #turn: LedgerTurn
  readonly #request: TurnRequest
  readonly #writes: GroupedWrites
  readonly #clock: LedgerClock
  #unknown = 0
  #latest: Usage | undefined

  constructor(turn: LedgerTurn, request: TurnRequest, writes: GroupedWrites, clock: LedgerClock) {
    this.#turn = turn
    this.#request = request
    this.#writes = writes
    this.#clock = clock
  }

  note(event: UsageEvent): void {
    if (event.type === 'usage.unknown') {
      this.#unknown += 1
      return
    }
    const { usage } = event
    const at = this.#clock.now
    this.#latest = usage
    const write = (batch: Batch) => void this.#turn.count(batch, responseIdOf(event), at, usage, 0)
    void this.#writes.addSooner(write, undefined, { patient: true }).catch(() => {})
  }

  async close(end: TurnEnd, thread: string | undefined): Promise<void> {
    const unknown = this.#unknown
    const close = { at: this.#clock.now, end, thread, unknown, estimate: unknown * this.#estimate(), estimateCost: 0 }
    await this.#writes.addSooner((batch) => this.#turn.close(batch, close), undefined).catch(() => {})
  }

  /** Tokens that a response may have taken which codex did not report: the context has grown by the last one. */
  #estimate(): number {
    if (this.#unknown === 0) return 0
    if (this.#latest) return this.#latest.input_tokens + this.#latest.output_tokens
    return Math.ceil(textsOf(this.#request).reduce((sum, text) => sum + text.length, 0) / 3)
  }
}
