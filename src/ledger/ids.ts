import { createHash } from 'node:crypto'

/**
 * Ids of rows that several gateways share. `id % span` says who writes a row: an even number is the origin of one gateway, twice. An odd
 * one says that it is the gateway that leads: 1 in groups, and in turns the origin of the one that asked for it, twice, and 1. Ids of
 * turns rise with time: 1,000 a second are free, from `epoch` on, in Unix seconds.
 */
const span = 4_096
const epoch = 1_700_000_000
const ledEnding = 1
/** The highest origin. */
export const maxOrigin = span / 2 - 1

/** Whether only the gateway that leads writes the row with this id, and what belongs to it. */
export const isLed = (id: unknown): boolean => typeof id === 'number' && id % 2 === 1

/** No turn of a gateway that began at this time has a lower id. */
export const firstTurnAt = (at: number): number => Math.max(at - epoch, 0) * 1_000 * span

/** The gateway's process, and since when it has turns, in Unix seconds. */
export interface ProcessName {
  mark: string
  since: number
}

/** The same at every gateway. */
export const processId = (mark: string): number => createHash('sha256').update(mark).digest().readUIntBE(0, 6)

/** Where the rows of one gateway get their ids: from its database, unless others share them. */
export class LedgerIds {
  #ending = 0
  #latest = 0

  get isShared(): boolean {
    return this.#ending > 0
  }

  /** What ids end in from now on. `newest`: the highest id of a turn that there is. */
  share(origin: number, newest: number): void {
    this.#ending = origin * 2
    this.#latest = Math.floor(newest / span)
  }

  /** What ids of this gateway's groups, or of those that the leader writes, end in; 0 where the database gives them. */
  ending(led: boolean): number {
    return this.isShared && led ? ledEnding : this.#ending
  }

  /** The id of a new turn; `null` where the database gives it. */
  turn(at: number, led: boolean): number | null {
    if (!this.isShared) return null
    this.#latest = Math.max(this.#latest + 1, firstTurnAt(at) / span)
    return this.#latest * span + this.#ending + (led ? 1 : 0)
  }

  /** The id that follows another one of the same kind; the first where there is none. */
  after(id: number, led: boolean): number | null {
    if (!this.isShared) return null
    return (Math.floor(id / span) + 1) * span + this.ending(led)
  }
}

/** What an id of a gateway that was alone becomes. */
export const sharedId = (column: string, origin: number): string => `${column} * ${span} + ${origin * 2}`

/** By how much ids of turns are apart that are so many seconds apart. */
export const turnsIn = (seconds: number): number => seconds * 1_000 * span
