import { expiryClock } from '../store/clock.ts'

export interface ThreadBounds {
  /** Milliseconds that a thread lives after its last turn. */
  ttlMs: number
  /** How many there may be, of all owners together. */
  count: number
}

/** Unix milliseconds: a thread that was last used before has expired. */
export const oldestUse = ({ ttlMs }: ThreadBounds): number => expiryClock() - ttlMs
