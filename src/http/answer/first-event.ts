import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { failureFrom } from '../../turn/outcome.ts'

type Next = IteratorResult<TurnEvent, unknown>

/**
 * Status before bytes: waits for the first output of the turn, and throws
 * the `GatewayError` of one that failed before it, so that it keeps its HTTP status. Waits at most
 * `waitMs` from when the turn has its slot; the queue has its own clock. Returns all events, those waited for included.
 */
export async function untilOutput(
  events: AsyncIterable<TurnEvent>,
  waitMs = 10_000
): Promise<AsyncIterable<TurnEvent>> {
  const iterator: AsyncIterator<TurnEvent> = events[Symbol.asyncIterator]()
  const seen: TurnEvent[] = []
  let pending: Promise<Next> | undefined = iterator.next()
  let next: Next | undefined = await pending
  if (!next.done && next.value.type === 'turn.queued') {
    seen.push(next.value)
    next = await (pending = iterator.next())
  }
  const { late, stop } = timer(waitMs)
  while (next && !next.done) {
    pending = undefined
    seen.push(next.value)
    if (isOutput(next.value)) break
    pending = iterator.next()
    next = await Promise.race([pending, late])
  }
  stop()
  await throwEarlyFailure(seen.at(-1), iterator)
  return replayed(seen, pending, iterator)
}

/** Whether the turn works shows in what it produces and in its end. A warning is neither: codex gives one for every unknown model. */
function isOutput(event: TurnEvent): boolean {
  switch (event.type) {
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      return event.item.type !== 'error'
    case 'item.delta':
    case 'tool.called':
      return true
    default:
      return isTurnEnd(event)
  }
}

async function throwEarlyFailure(event: TurnEvent | undefined, iterator: AsyncIterator<TurnEvent>): Promise<void> {
  const failure = event && isTurnEnd(event) ? failureFrom(event) : undefined
  if (!failure) return
  await iterator.return?.()
  throw failure
}

function timer(ms: number): { late: Promise<undefined>; stop: () => void } {
  let stop = () => {}
  const late = new Promise<undefined>((resolve) => {
    const timeout = setTimeout(() => resolve(undefined), ms)
    stop = () => clearTimeout(timeout)
  })
  return { late, stop }
}

/** Not a generator: each event would pass through one more queue of promises. */
function replayed(
  seen: TurnEvent[],
  pending: Promise<Next> | undefined,
  iterator: AsyncIterator<TurnEvent>
): AsyncIterable<TurnEvent> {
  const next = (): Promise<Next> => {
    const value = seen.shift()
    if (value) return Promise.resolve({ value, done: false })
    const first = pending ?? iterator.next()
    pending = undefined
    return first
  }
  const leave = async (): Promise<Next> => (await iterator.return?.()) ?? { value: undefined, done: true }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}
