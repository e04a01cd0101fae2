import { GatewayError } from '../turn/error.ts'
import type { RunningTurn } from '../engines/app-server/turn/turn.ts'
import type { TurnWatch } from './watch.ts'

/** A turn that was asked for, until nothing of it is left. */
export interface ActiveTurn {
  threadId: string
  /** What codex says of it, once it has a slot. */
  running?: { turn: RunningTurn; watch: TurnWatch; steer: (input: object[]) => Promise<unknown> }
  /** Its end was emitted. */
  ended: boolean
  /** Its thread was given back, where other gateways may want it. */
  isFreed: boolean
}

/** The turns that this gateway runs, at most one on each thread. */
export class ActiveTurns {
  readonly #byThread = new Map<string, ActiveTurn>()

  /** Throws where another turn is asked for or runs on the thread. One that has ended is only being cleared. */
  add(threadId: string): ActiveTurn {
    if (this.isBusy(threadId)) throw busy()
    const active = { threadId, ended: false, isFreed: false }
    this.#byThread.set(threadId, active)
    return active
  }

  remove(active: ActiveTurn): void {
    if (this.#byThread.get(active.threadId) === active) this.#byThread.delete(active.threadId)
  }

  isBusy(threadId: string): boolean {
    return this.#byThread.get(threadId)?.ended === false
  }

  /** The turn of this id that runs on the thread; whichever runs, when it is left out. */
  find(threadId: string, turnId?: string): NonNullable<ActiveTurn['running']> | undefined {
    const active = this.#byThread.get(threadId)
    if (active?.running?.watch.turnId === undefined || active.ended) return undefined
    return turnId === undefined || active.running.watch.turnId === turnId ? active.running : undefined
  }
}

export function busy(): GatewayError {
  return new GatewayError('thread_busy', 'Another turn is running on this thread.')
}
