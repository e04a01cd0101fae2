import type { Connection } from '../store/connection.ts'
import type { Store } from '../store/store.ts'
import type { GatewayError } from '../turn/error.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'
import { LedgerTurn } from './account.ts'
import type { Calendar } from './calendar.ts'
import { LedgerClock } from './clock.ts'
import type { Group } from './group.ts'
import type { LedgerOptions } from './options.ts'
import type { Batch } from './grouped-writes.ts'
import { newAlerts } from './limits/alerts.ts'
import type { Alert } from './limits/alerts.ts'
import { CountedTurns } from './limits/counted-turns.ts'
import { promptCharacters } from './limits/reservation.ts'
import { rulesFor } from './limits/rule.ts'
import type { AppliedRule, Rule } from './limits/rule.ts'
import { limitState } from './limits/state.ts'
import type { LimitState } from './limits/state.ts'
import type { LimitedTurns } from './limits/turns.ts'
import { modelRefusal, priceRefusal, usedUp } from './limits/verdict.ts'
import { oneToken, Prices } from './prices.ts'
import { LedgerRows } from './rows.ts'
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
  /** Turns with limits, as they are counted here. */
  readonly counted: CountedTurns
  /** Where turns with limits are counted: here, unless several gateways share them. May be replaced. */
  limited: LimitedTurns
  readonly rows: LedgerRows
  readonly #options: LedgerOptions
  readonly #dayOf = (at: number): number => this.calendar.periodOf('day', at).since

  constructor(options: LedgerOptions) {
    this.#options = options
    this.store = options.store
    this.calendar = options.calendar
    this.modelOf = options.modelOf
    this.clock = options.clock ?? new LedgerClock()
    this.windows = new AccountWindows(options.store)
    const { store, calendar, clock } = this
    this.rows = new LedgerRows(store, clock, this.#dayOf)
    this.upkeep = new Upkeep({ store, calendar, clock, ids: this.rows.ids, keepDays: options.keepDays })
    this.limited = this.counted = new CountedTurns({
      writes: this.rows.writes,
      now: () => clock.now,
      priceOf: ({ model, tier }) => this.prices.costOf(model, tier, oneToken),
      rulesFor: (group) => rulesFor(this.rules(group.key), group),
      statesOf: (batch, rules, except) => this.#states(batch, rules, except),
      counted: ({ connection }, states, { principal }) => {
        for (const alert of newAlerts(connection, states, this.alertAt, clock.now))
          this.onAlert(connection, alert, principal)
      }
    })
  }

  /** Makes the tables, and looks after them from now on. Throws where the store cannot be used. */
  start(): void {
    this.upkeep.start()
  }

  /** Whether everything is stored. */
  get isCurrent(): boolean {
    return this.rows.writes.isCurrent
  }

  /** Writes what waits to be written, so that what is read next has it. */
  flush(): void {
    this.rows.writes.flush()
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
      ...{ turn, request, writes: this.rows.writes, now: () => this.clock.now },
      costOf: (usage: Usage) => this.prices.costOf(group.model, group.tier, usage),
      used: (usage: Usage) => this.windows.used(group.principal, weightOf(usage))
    }
    if (applied.length === 0) {
      this.rows.open(turn, group)
      return new TurnAccount(parts)
    }
    const prompt = { characters: promptCharacters(request), profile: request.profile ?? 'agent' }
    const turns = this.limited
    const id = this.rows.ids.turn(this.clock.now, true)
    const { id: given, ...reservation } = await turns.open({ id, group, process: this.rows.process, prompt })
    return new TurnAccount({ ...parts, limited: { turns, turn: { id: given, group }, reservation, stop } })
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
    this.rows.writes.flush()
    if (this.rows.mark.used !== undefined && this.isCurrent) this.upkeep.leave(this.rows.mark.used)
  }

  #groupOf(request: TurnRequest, engine: string): Group {
    const { owner = 'anonymous', key = '', workspace = 'default', serviceTier: tier = '' } = request
    const model = this.modelOf(request)
    return { principal: owner, key, workspace, account: 'default', model, tier, engine }
  }
}
