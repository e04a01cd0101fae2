import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'
import { LedgerTurn } from './account.ts'
import type { TurnBegin } from './account.ts'
import type { Calendar } from './calendar.ts'
import { LedgerClock } from './clock.ts'
import type { Group } from './group.ts'
import type { LedgerOptions } from './options.ts'
import { GroupedWrites } from './grouped-writes.ts'
import type { Batch } from './grouped-writes.ts'
import { newAlerts } from './limits/alerts.ts'
import type { Alert } from './limits/alerts.ts'
import { expected } from './limits/reservation.ts'
import { rulesFor } from './limits/rule.ts'
import type { AppliedRule, Rule } from './limits/rule.ts'
import { limitState } from './limits/state.ts'
import type { LimitState } from './limits/state.ts'
import { modelRefusal, priceRefusal, refusalOf, stopOf, usedUp } from './limits/verdict.ts'
import type { Reservation } from './limits/reservation.ts'
import { oneToken, Prices } from './prices.ts'
import { ProcessMark } from './process-mark.ts'
import { Upkeep } from './upkeep.ts'
import { sharesRefusal } from './fair-share.ts'
import type { ShareSettings } from './fair-share.ts'
import { AccountWindows, weightOf } from './windows.ts'
import type { ObservedWindow } from './windows.ts'
import { TurnAccount } from './turn-account.ts'

/** Who used what. Turns are accounted for by `open`. */
export class Ledger implements Disposable {
  readonly store: Store
  readonly calendar: Calendar
  readonly modelOf: LedgerOptions['modelOf']
  readonly clock: LedgerClock
  /** The limits there are, with those of the key that has this id. May be replaced. */
  rules: (key: string) => readonly Rule[] = () => []
  /** May be replaced: what is counted keeps the price of its time. */
  prices = new Prices()
  /** How what is left of the account's windows is shared out; not at all when undefined. May be replaced. */
  shares: ShareSettings | undefined
  /** Percents of limits that are reported once, and who takes the report, inside the transaction that counts. May be replaced. */
  alertAt: readonly number[] = []
  onAlert: (connection: Connection, alert: Alert, principal: string) => void = () => {}
  /** Why the API key that asks for a turn, or adds to it, must not use its model. */
  readonly modelRefusal = (request: TurnRequest): GatewayError | undefined =>
    this.#options.mayRun?.(request) === false ? modelRefusal(this.modelOf(request)) : undefined
  readonly windows: AccountWindows
  readonly upkeep: Upkeep
  readonly #options: LedgerOptions
  readonly #writes: GroupedWrites
  readonly #mark: ProcessMark
  readonly #dayOf = (at: number): number => this.calendar.periodOf('day', at).since

  constructor(options: LedgerOptions) {
    this.#options = options
    this.store = options.store
    this.calendar = options.calendar
    this.modelOf = options.modelOf
    this.clock = options.clock ?? new LedgerClock()
    this.windows = new AccountWindows(options.store)
    this.#mark = new ProcessMark(options.store)
    const { store, calendar, clock } = this
    this.upkeep = new Upkeep({ store, calendar, clock, keepDays: options.keepDays })
    this.#writes = new GroupedWrites(options.store, this.#dayOf)
  }

  /** Makes the tables, and looks after them from now on. Throws where the store cannot be used. */
  start(): void {
    this.upkeep.start()
  }

  /** Whether everything is stored. */
  get isCurrent(): boolean {
    return this.#writes.isCurrent
  }

  /** Writes what waits to be written, so that what is read next has it. */
  flush(): void {
    this.#writes.flush()
  }

  /** See `Accounts`. Of what is stored it reads only, and what was counted a moment ago may not be there yet: `open` decides. */
  refusal(request: TurnRequest): GatewayError | undefined {
    const group = this.#groupOf(request, '')
    const applied = rulesFor(this.rules(group.key), group)
    return (
      this.#refusal(request, group, applied) ??
      (applied.length === 0
        ? undefined
        : this.store.use((connection) => usedUp(this.#statesIn(connection, applied), this.clock.now)))
    )
  }

  /** See `Accounts`. */
  async open(request: TurnRequest, engine: string, stop: (reason: GatewayError) => void): Promise<TurnAccount> {
    const group = this.#groupOf(request, engine)
    const applied = rulesFor(this.rules(group.key), group)
    const refusal = this.#refusal(request, group, applied)
    if (refusal) throw refusal
    const turn = new LedgerTurn()
    const parts = {
      ...{ turn, request, writes: this.#writes, now: () => this.clock.now },
      costOf: (usage: Usage) => this.prices.costOf(group.model, group.tier, usage),
      used: (usage: Usage) => this.windows.used(group.principal, weightOf(usage))
    }
    if (applied.length === 0) {
      const opening = (batch: Batch) => turn.open(batch, this.#beginOf(batch, group))
      void this.#writes.addSooner(opening, undefined, { patient: true }).catch(() => {}) // nothing is reserved
      return new TurnAccount(parts)
    }
    const opened = await this.#writes.add((batch) => this.#admit(batch, turn, { group, request, applied }))
    if (opened instanceof GatewayError) throw opened
    const check = (batch: Batch, own: Reservation) => {
      const states = this.#states(batch, applied, turn.id)
      for (const alert of newAlerts(batch.connection, states, this.alertAt, this.clock.now))
        this.onAlert(batch.connection, alert, group.principal)
      return stopOf(states, own, this.clock.now)
    }
    return new TurnAccount({ ...parts, limited: { reservation: opened, check, stop } })
  }

  /** Takes what is reported of the account's windows. */
  observe(windows: readonly ObservedWindow[]): void {
    try {
      this.windows.observe(windows, this.clock.now)
    } catch (error) {
      this.store.warn({ cause: (error as Error).message }, 'the account’s usage windows could not be stored')
    }
  }

  /** Whether a turn must run where each response is counted: it has a limit on what it takes. */
  countsEach(request: TurnRequest): boolean {
    const group = this.#groupOf(request, '')
    return rulesFor(this.rules(group.key), group).some(
      ({ limit, on_limit }) => limit.what !== 'requests' && on_limit === 'stop'
    )
  }

  /** How far the limits of a caller are used, for any model. */
  limitsOf(caller: Pick<Group, 'principal' | 'key' | 'workspace'>): LimitState[] {
    const applied = rulesFor(this.rules(caller.key), caller)
    if (applied.length === 0) return []
    this.flush()
    return this.store.use((connection) => this.#statesIn(connection, applied))
  }

  #refusal(
    request: TurnRequest,
    { principal, model }: Group,
    applied: readonly AppliedRule[]
  ): GatewayError | undefined {
    const shares = () => sharesRefusal(principal, this.windows, this.shares, this.clock.now)
    return this.modelRefusal(request) ?? shares() ?? priceRefusal(applied, model, this.prices)
  }

  #admit(
    batch: Batch,
    turn: LedgerTurn,
    { group, request, applied }: { group: Group; request: TurnRequest; applied: readonly AppliedRule[] }
  ): Reservation | GatewayError {
    const begin = this.#beginOf(batch, group)
    const price = this.prices.costOf(group.model, group.tier, oneToken)
    const wanted = expected(batch.connection, begin.group, request, { now: begin.at, price })
    const refusal = refusalOf(this.#states(batch, applied), wanted, begin.at)
    if (refusal) return refusal
    turn.open(batch, { ...begin, reserved: wanted })
    return wanted
  }

  #beginOf({ connection, groups }: Batch, group: Group): TurnBegin {
    const process = groups.process(connection, this.#mark.current)
    return { group: groups.of(connection, group), process, at: this.clock.now, reserved: { tokens: 0, cost: 0 } }
  }

  #states({ connection, sums }: Batch, applied: readonly AppliedRule[], except?: number): LimitState[] {
    sums.write(connection)
    return this.#statesIn(connection, applied, except)
  }

  #statesIn(connection: Connection, applied: readonly AppliedRule[], except?: number): LimitState[] {
    const { countsUncertain = true } = this.#options
    const options = { calendar: this.calendar, now: this.clock.now, countsUncertain, except }
    return applied.map((rule) => limitState(connection, rule, options))
  }

  [Symbol.dispose](): void {
    this.upkeep[Symbol.dispose]()
    this.#writes.flush()
    if (this.#mark.used !== undefined && this.isCurrent) this.upkeep.leave(this.#mark.used)
  }

  #groupOf(request: TurnRequest, engine: string): Group {
    const { owner = 'anonymous', key = '', workspace = 'default', serviceTier: tier = '' } = request
    const model = this.modelOf(request)
    return { principal: owner, key, workspace, account: 'default', model, tier, engine }
  }
}
