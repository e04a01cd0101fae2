import type { Audience } from './event.ts'
import type { Journal, Send } from './journal.ts'

export interface FollowOptions {
  /** The `seq` of the last event that the reader has. */
  after: number
  send: Send
  /** What a reader is sent instead of events that are no longer there: those after `after` up to `last`. */
  gap: (after: number, last: number) => string
  signal: AbortSignal
  audience?: Audience | undefined
}

/**
 * Sends what is in a journal after an event, and then what comes, each exactly once, until `signal` aborts; resolves with the `seq` of the last one. A reader that is behind has nothing
 * waiting for it in memory but what its connection buffers: it goes on from the store.
 */
export async function followJournal(
  journal: Journal,
  { after, send, gap, signal, audience }: FollowOptions
): Promise<number> {
  let at = after
  while (!signal.aborted) {
    const found = journal.read(at, audience)
    if (found === undefined) {
      at = await journal.live(send, signal, audience) // nothing can have come in between: both happen at once
    } else if ('gap' in found) {
      await send(gap(at, found.gap))
      at = found.gap
    } else {
      if (found.text !== '') await send(found.text)
      at = found.last
    }
  }
  return at
}
