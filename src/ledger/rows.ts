import type { Store } from '../store/store.ts'
import type { LedgerTurn } from './account.ts'
import { adoptRows, setAside } from './adopt.ts'
import type { LedgerClock } from './clock.ts'
import type { Group } from './group.ts'
import { GroupedWrites } from './grouped-writes.ts'
import type { Batch } from './grouped-writes.ts'
import { LedgerIds } from './ids.ts'
import type { ProcessName } from './ids.ts'
import { ProcessMark } from './process-mark.ts'
import { ledgerSchema } from './schema.ts'

/** Writes the rows of one gateway, which others may have, too. */
export class LedgerRows {
  readonly ids = new LedgerIds()
  readonly writes: GroupedWrites
  readonly mark: ProcessMark
  readonly #store: Store
  readonly #clock: LedgerClock
  readonly #dayOf: (at: number) => number

  /** `dayOf`: when the day began that a time is in. */
  constructor(store: Store, clock: LedgerClock, dayOf: (at: number) => number) {
    this.#store = store
    this.#clock = clock
    this.#dayOf = dayOf
    this.writes = new GroupedWrites(store, dayOf, this.ids)
    this.mark = new ProcessMark(store, clock)
  }

  /** Makes room for rows of others, before they come. */
  prepareSharing(): void {
    this.#store.add(ledgerSchema)
    this.#store.transaction((connection) => setAside(connection, this.#dayOf(this.#clock.now)))
  }

  /** From now on others have them, too. `origin`: what those of this gateway are known by. */
  share(origin: number): void {
    this.ids.share(
      origin,
      this.#store.unshared((connection) => adoptRows(connection, origin))
    )
    this.writes.forget()
  }

  /** Throws where the store cannot be used. */
  get process(): ProcessName {
    return this.#store.use(() => this.mark.current)
  }

  /** Opens a turn without limits, when it can. */
  open(turn: LedgerTurn, group: Group): void {
    const at = this.#clock.now
    const begin = { id: this.ids.turn(at, false), at, reserved: { tokens: 0, cost: 0 } }
    const write = (batch: Batch) => {
      const { connection, groups } = batch
      const process = groups.process(connection, this.mark.current)
      turn.open(batch, { ...begin, group: groups.of(connection, group), process })
    }
    void this.writes.addSooner(write, undefined, { patient: true }).catch(() => {}) // nothing is reserved
  }
}
