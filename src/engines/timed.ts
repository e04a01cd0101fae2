import type { Engine, RunTurn } from '../turn/engine.ts'
import type { TurnEvent } from '../turn/event.ts'
import { Linked } from '../turn/linked.ts'
import type { TurnRequest } from '../turn/request.ts'

/** Milliseconds. `idle` runs from when codex has begun to its first event, and between any two. */
export interface Clocks {
  /** From the request to the end, waiting included. */
  total: number
  /** From the slot to codex's first sign of life. */
  start: number
  idle: number
}

/**
 * Interrupts a turn with reason `timeout` when one of its clocks runs out. Timers are monotonic. Outside of `limited`, for a client's
 * patience includes the time in the queue, and inside `measured`, which counts timeouts. `engine` is contracted.
 */
export function timed(engine: Engine, clocks: Clocks): Engine {
  const run: RunTurn = async function* (request, signal) {
    const linked = new Linked(signal)
    const clock = new TurnClock(clocksFor(request, clocks), () => linked.controller.abort('timeout'))
    try {
      for await (const event of engine.run(request, linked.controller.signal)) {
        clock.note(event)
        if (event.type !== 'text.withheld') yield event
      }
    } finally {
      clock[Symbol.dispose]()
      linked[Symbol.dispose]()
    }
  }
  return { ...engine, run }
}

/**
 * The clocks of a turn with a limit of its own, which counts from its slot on, for it may wait as long as the queue allows. It may also be
 * silent so long: a command may run for an hour without a word.
 */
function clocksFor({ timeLimitMs }: TurnRequest, clocks: Clocks): TurnClocks {
  return timeLimitMs === undefined ? clocks : { ...clocks, total: timeLimitMs, idle: timeLimitMs, isFromSlot: true }
}

interface TurnClocks extends Clocks {
  /** `total` counts from the slot on. */
  isFromSlot?: boolean
}

/** The clocks of one turn on one timer, which looks again before the earliest deadline that there may be by then. */
class TurnClock implements Disposable {
  readonly #clocks: TurnClocks
  readonly #expire: () => void
  #end: number
  /** Milliseconds of silence since `#lastAt` that end the turn. */
  #silence = Infinity
  #lastAt = 0
  /** When it began to wait for its client, if it does: no clock runs then. */
  #waitsSince: number | undefined
  #timer: NodeJS.Timeout

  constructor(clocks: TurnClocks, expire: () => void) {
    this.#clocks = clocks
    this.#expire = expire
    this.#end = clocks.isFromSlot ? Infinity : performance.now() + clocks.total
    this.#timer = setTimeout(this.#look, Math.min(clocks.total, clocks.start, clocks.idle))
  }

  note({ type }: TurnEvent): void {
    this.#lastAt = performance.now()
    if (type === 'turn.waiting') this.#waitsSince ??= this.#lastAt
    if (type === 'turn.resumes') this.#resume()
    if (type === 'turn.admitted') this.#admitted()
    else if (type === 'turn.started') this.#silence = this.#clocks.idle
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #resume(): void {
    this.#end += this.#lastAt - (this.#waitsSince ?? this.#lastAt)
    this.#waitsSince = undefined
  }

  #admitted(): void {
    const { start, total, isFromSlot } = this.#clocks
    this.#silence = start
    if (isFromSlot) this.#end = this.#lastAt + total
  }

  readonly #look = (): void => {
    const { total, start, idle } = this.#clocks
    if (this.#waitsSince !== undefined) {
      this.#timer = setTimeout(this.#look, Math.min(total, start, idle))
      return
    }
    const left = Math.min(this.#end, this.#lastAt + this.#silence) - performance.now()
    if (left <= 0) return this.#expire()
    this.#timer = setTimeout(this.#look, Math.min(left, start, idle))
  }
}
