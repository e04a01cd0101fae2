import { isTurnEnd } from '../../../turn/event.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import { failureFrom } from '../../../turn/outcome.ts'

/** A turn's events, once it is known that it has a slot or waits for one. */
export interface AcceptedTurn extends AsyncIterable<TurnEvent> {
  /** It has its slot. Nothing runs before more of it is read. */
  readonly isAdmitted: boolean
  /** Ends it. */
  leave: () => Promise<void>
}

/** Throws the error of a turn that was refused. */
export async function acceptedTurn(events: AsyncIterable<TurnEvent>): Promise<AcceptedTurn> {
  const iterator: AsyncIterator<TurnEvent> = events[Symbol.asyncIterator]()
  let first: IteratorResult<TurnEvent, unknown> | undefined = await iterator.next()
  const failure = !first.done && isTurnEnd(first.value) ? failureFrom(first.value) : undefined
  if (failure) {
    await iterator.return?.() // its clock would run on, and keep a gateway that stops from ending
    throw failure
  }
  const isAdmitted = !first.done && first.value.type === 'turn.admitted'
  const next = () => {
    const result = first
    first = undefined
    return result ? Promise.resolve(result) : iterator.next()
  }
  const leave = async () => void (await iterator.return?.())
  return {
    ...{ isAdmitted, leave },
    [Symbol.asyncIterator]: () => ({ next, return: async () => (await leave(), { value: undefined, done: true }) })
  }
}
