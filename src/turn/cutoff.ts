import { Linked } from './linked.ts'

/** Ends a turn whose rest is not wanted, but not at once: one that has just answered may still tell its usage. Leaving its scope forgets it. */
export interface Cutter extends Disposable {
  /** Aborts with `signal`, and a while after `cut`. */
  readonly signal: AbortSignal
  cut: () => void
}

/** `patience` is in milliseconds. */
export function cutter(signal: AbortSignal, patience = 500): Cutter {
  const linked = new Linked(signal)
  let timer: NodeJS.Timeout | undefined
  return {
    signal: linked.controller.signal,
    cut: () => (timer = setTimeout(() => linked.controller.abort(), patience)),
    [Symbol.dispose]() {
      clearTimeout(timer)
      linked[Symbol.dispose]()
    }
  }
}
