import { failedWith } from '../turn/contract.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { Room, TurnQueue } from './queue.ts'

/**
 * Runs turns only in a slot of `queue`, and emits `turn.admitted` when a turn has one. The end is passed on at once; the slot is
 * released only when nothing of the turn is left, so that the slots bound the processes too. Inside `timed`, whose clock includes
 * the waiting, and outside of everything that starts something for a turn. `engine` is contracted. `roomOf`: the bound of a
 * workspace, if it has one. A turn that waits for its client has no slot, and waits for one before it goes on.
 */
export function limited(
  engine: Engine,
  queue: TurnQueue,
  roomOf: (workspace: string | undefined) => Room | undefined = () => undefined
): Engine {
  const clearing = new Set<Promise<unknown>>()
  const run: RunTurn = async function* (request, signal) {
    const asked = performance.now()
    let leave: (() => void) | undefined
    const entering = queue
      .enter(request.owner ?? '', signal, {
        room: roomOf(request.workspace),
        onWait: (leaveQueue) => (leave = leaveQueue)
      })
      .catch((error: unknown) => failedWith(error, signal))
    if (leave) yield* queued(entering, leave)
    const entered = await entering
    if (typeof entered !== 'function') {
      yield entered
      return
    }
    let release = entered
    const turn = engine.run(request, signal)[Symbol.asyncIterator]()
    try {
      yield {
        type: 'turn.admitted',
        engine: engine.nameFor?.(request) ?? engine.name,
        queued_ms: performance.now() - asked
      }
      for (let next = await turn.next(); !next.done; next = await turn.next()) {
        if (next.value.type === 'turn.waiting') release()
        if (next.value.type === 'turn.resumes')
          release = await queue
            .enter(request.owner ?? '', signal, { room: roomOf(request.workspace), resumes: true })
            .catch(() => () => {}) // it is ended while it waits
        yield next.value
        if (isTurnEnd(next.value)) return
      }
    } finally {
      const cleared = Promise.resolve(turn.return?.())
        .catch(() => {})
        .finally(() => release())
      clearing.add(cleared)
      void cleared.finally(() => clearing.delete(cleared))
    }
  }
  return {
    ...engine,
    run,
    async [Symbol.asyncDispose]() {
      await Promise.all(clearing)
      await engine[Symbol.asyncDispose]()
    }
  }
}

/** Emits that the turn waits. When its consumer leaves meanwhile, neither a place in the queue nor a slot stays taken. */
function* queued(entering: Promise<unknown>, leave: () => void): Generator<TurnEvent, void, void> {
  let isResumed = false
  try {
    yield { type: 'turn.queued' }
    isResumed = true
  } finally {
    if (!isResumed) {
      leave()
      void entering.then((entered) => typeof entered === 'function' && (entered as () => void)())
    }
  }
}
