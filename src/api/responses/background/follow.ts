import { openSse } from '../../../http/answer/sse.ts'
import type { Waiting } from '../../../http/answer/waiting.ts'
import type { ApiContext } from '../../../http/api.ts'
import { invalid } from '../../../openai/invalid.ts'
import type { FoundEvents } from '../../../work/job-log.ts'
import type { ResponseResource } from '../resource.ts'
import { responseEventsAfter } from './active.ts'

/** Where a reader's events come from. */
export interface Followed {
  /** The response, for keep-alives. */
  resource: ResponseResource
  /** The number of the last event that the reader has. */
  after: number
  waiting: Waiting | undefined
  read: (after: number) => FoundEvents | undefined
  /** Calls `wake` when there may be more, until what it returns is called; undefined where another gateway makes them. */
  watch: (wake: () => void) => (() => void) | undefined
  /** Whether no more can come from this gateway. */
  isOver: () => boolean
}

/** Milliseconds after which a reader looks by itself. */
const lookMs = 500

/** Sends the events behind `after`, and those that come, up to the last one. A connection whose events cannot go on is broken. */
export async function followResponse(ctx: ApiContext, { resource, waiting, ...from }: Followed): Promise<void> {
  let { after } = from
  let found = from.read(after)
  check(found, after)
  await using stream = openSse(ctx, {
    ...waiting,
    keepAlive: () =>
      JSON.stringify({ type: 'response.in_progress', sequence_number: Math.max(after, 0), response: resource }),
    keepAliveEvent: 'response.in_progress'
  })
  while (found && found.trimmed <= after) {
    const room = found.text === '' ? undefined : stream.sendText(responseEventsAfter(found.text, after))
    if (room) await room
    after = Math.max(after, found.last)
    if (found.ended) return await stream.end()
    if (ctx.res.destroyed || from.isOver()) return
    if (found.text === '') await changed(from.watch)
    found = from.read(after)
  }
}

function check(found: FoundEvents | undefined, after: number): void {
  if (!found)
    throw invalid(
      'Only a response that was made with background=true and stream=true can be streamed again, for six hours.',
      'stream'
    )
  if (found.trimmed > after)
    throw invalid(
      `The events up to number ${found.trimmed} are not there any more; the first that can be sent is behind it.`,
      'starting_after'
    )
}

function changed(watch: Followed['watch']): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stop?.()
      resolve()
    }
    const timer = setTimeout(done, lookMs)
    const stop = watch(done)
  })
}
