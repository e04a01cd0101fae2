import { untilAdmitted } from '../turn/deadline.ts'
import { GatewayError } from '../turn/error.ts'

/** An app-server that takes a slot. */
export interface Occupant {
  /** `performance.now()` when its last turn ended; undefined while it has one, or starts. */
  readonly idleSince: number | undefined
  /** Stops it; `free` is called when it is gone. */
  stop(): void
}

/** The place of one app-server. */
export class Slot implements Occupant {
  idleSince: number | undefined
  stop = () => {}
}

interface Waiter {
  admit: () => void
}

/** Seconds after which one that found no slot may try again. */
const retryAfter = 10

/** Bounds how many app-servers there are at once. Where another is needed, the one that has been idle longest is stopped. */
export class AppServerSlots {
  readonly #limit: number
  readonly #patienceMs: number
  readonly #taken = new Set<Occupant>()
  readonly #stopping = new Set<Occupant>()
  readonly #waiting = new Set<Waiter>()

  /** `patienceMs`: how long to wait for one while all are busy. */
  constructor(limit = Infinity, patienceMs = 60_000) {
    this.#limit = limit
    this.#patienceMs = patienceMs
  }

  get taken(): number {
    return this.#taken.size
  }

  /** Resolves when the occupant has a slot, first come, first served. Rejects with `overloaded` where none becomes free in time. */
  async take(occupant: Occupant, signal: AbortSignal, patience = this.#patienceMs): Promise<void> {
    signal.throwIfAborted()
    if (this.#taken.size < this.#limit && this.#waiting.size === 0) this.#taken.add(occupant)
    else await this.#wait(occupant, signal, patience)
  }

  /** Gives back a slot, where it has one. */
  free(occupant: Occupant): void {
    this.#stopping.delete(occupant)
    if (!this.#taken.delete(occupant)) return
    const [next] = this.#waiting
    next?.admit()
  }

  /** To be called when one has become idle: it may be stopped for one that waits. */
  makeRoom(): void {
    while (this.#stopping.size < this.#waiting.size) {
      const [longest] = [...this.#taken]
        .filter((occupant) => occupant.idleSince !== undefined && !this.#stopping.has(occupant))
        .sort((one, other) => (one.idleSince ?? 0) - (other.idleSince ?? 0))
      if (!longest) return
      this.#stopping.add(longest)
      longest.stop()
    }
  }

  #wait(occupant: Occupant, signal: AbortSignal, patience: number): Promise<unknown> {
    const admitted = untilAdmitted({ signal, patience, late: allBusy }, (admit) => {
      const waiter: Waiter = { admit: () => admit(() => this.#taken.add(occupant)) }
      this.#waiting.add(waiter)
      return () => this.#waiting.delete(waiter)
    })
    this.makeRoom()
    return admitted
  }
}

const allBusy = () =>
  new GatewayError('overloaded', 'Too many workspaces are busy. The operator can raise CODEX_MAX_APP_SERVERS.', {
    retryAfter
  })
