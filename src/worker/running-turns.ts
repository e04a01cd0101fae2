import type { Mail } from '../broker/broker.ts'
import type { InterruptReason } from '../turn/event.ts'
import type { Standing, ToFront } from '../wire/messages.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'
import type { Fronts } from './fronts.ts'
import type { KnownTurns } from './known-turns.ts'
import type { Running } from './running.ts'

export interface RunningTurnsOptions {
  mail: Mail
  subjects: Subjects
  known: KnownTurns
  /** Who says so: this worker, in this life. */
  sender: { worker: string; run: string }
}

/** The turns of a worker that run, or whose last events have not been read. */
export class RunningTurns {
  readonly #options: RunningTurnsOptions
  readonly #turns = new Map<string, Running>()
  #resent = 0

  constructor(options: RunningTurnsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#turns.size
  }

  /** Frames that were sent again. */
  get resentFrames(): number {
    return [...this.#turns.values()].reduce((sum, { resent }) => sum + resent, this.#resent)
  }

  add(turn: Running): void {
    this.#turns.set(turn.turn, turn)
  }

  /** Something is to be noted of a turn, if it is here. */
  note(id: string, note: (turn: Running) => void): void {
    const turn = this.#turns.get(id)
    if (!turn) return
    note(turn)
    this.removeIfOver(turn)
  }

  stopAll(reason: InterruptReason): void {
    for (const turn of this.#turns.values()) turn.stop(reason)
  }

  removeIfOver(turn: Running): void {
    if (turn.isOver && turn.isRead) this.#remove(turn)
  }

  /** What a front end knows of its turns here: what it misses comes again, and it learns of those that were never here. */
  reconcile(front: string, turns: Record<string, Standing>): void {
    const { mail, subjects, known, sender } = this.#options
    for (const [id, standing] of Object.entries(turns)) {
      if (this.#turns.has(id)) this.note(id, (turn) => turn.catchUp(standing))
      else if (!known.isTaking(id)) {
        const { grant } = standing
        const unknown: ToFront = { do: 'unknown', turn: id, ...sender, grant, started: known.hasStarted(id) }
        mail.send(subjects.front(front), unknown)
      }
    }
  }

  /** Ends the turns whose front end is gone or does not want them any more. `since`: when one began to hear of them. */
  lookAfter(fronts: Fronts, since: number): void {
    const now = performance.now()
    for (const turn of this.#turns.values()) {
      const patience = fronts.isAlive(turn.front, times.unsure) ? times.unwanted : times.lost
      if (now - Math.max(turn.wantedAt, since) <= patience) continue
      turn.stop('client')
      if (turn.isOver) this.#remove(turn)
    }
  }

  #remove(turn: Running): void {
    if (this.#turns.delete(turn.turn)) this.#resent += turn.resent
  }
}
