import type { Engine, RunTurn } from '../turn/engine.ts'
import { Linked } from '../turn/linked.ts'

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
 * patience includes the waiting, and inside `measured`, which counts timeouts. `engine` is contracted.
 */
export function timed(engine: Engine, clocks: Clocks): Engine {
  const run: RunTurn = async function* (request, signal) {
    const clock = new Linked(signal)
    const expire = () => clock.controller.abort('timeout')
    const total = setTimeout(expire, clocks.total)
    let silence: NodeJS.Timeout | undefined
    try {
      for await (const event of engine.run(request, clock.controller.signal)) {
        if (event.type === 'turn.admitted') silence = setTimeout(expire, clocks.start)
        else if (event.type === 'turn.started') silence = restarted(silence, expire, clocks.idle)
        else silence?.refresh()
        yield event
      }
    } finally {
      clearTimeout(total)
      clearTimeout(silence)
      clock[Symbol.dispose]()
    }
  }
  return { ...engine, run }
}

function restarted(timer: NodeJS.Timeout | undefined, expire: () => void, milliseconds: number): NodeJS.Timeout {
  clearTimeout(timer)
  return setTimeout(expire, milliseconds)
}
