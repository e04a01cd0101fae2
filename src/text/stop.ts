import type { TextFilter } from './text-filter.ts'

/** Cuts a text at a stop sequence; nothing of the sequence, and nothing after it, comes out. */
export interface StopFilter extends TextFilter {
  readonly stopped: boolean
}

/**
 * Stops at the sequence that is complete first, as a model would that is asked after every character;
 * of two that are complete at once, at the one that began earlier. Empty sequences are none.
 */
export function stopFilter(sequences: readonly string[]): StopFilter {
  const stops = sequences.filter((sequence) => sequence !== '')
  const longest = Math.max(0, ...stops.map((stop) => stop.length))
  let buffered = ''
  let stopped = false
  return {
    get stopped() {
      return stopped
    },
    push(text) {
      if (stopped) return ''
      const all = buffered + text
      const found = firstStop(all, stops)
      stopped = found !== -1
      const cut = stopped ? found : all.length - partialStop(all, stops, longest)
      buffered = stopped ? '' : all.slice(cut)
      return all.slice(0, cut)
    },
    end() {
      const rest = buffered
      buffered = ''
      return rest
    }
  }
}

/** Where the stop sequence begins whose end comes first; -1 without one. */
function firstStop(text: string, stops: readonly string[]): number {
  let start = -1
  let end = Infinity
  for (const stop of stops) {
    const at = text.indexOf(stop)
    if (at === -1 || at + stop.length > end || (at + stop.length === end && at > start)) continue
    start = at
    end = at + stop.length
  }
  return start
}

/** How many of the last characters may be the beginning of a stop sequence. */
function partialStop(text: string, stops: readonly string[], longest: number): number {
  for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
    const tail = text.slice(-length)
    if (stops.some((stop) => stop.length > length && stop.startsWith(tail))) return length
  }
  return 0
}
