import { failedWith } from '../turn/contract.ts'
import { unlessAborted } from '../turn/deadline.ts'
import { isTurnEnd, isUsage } from '../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import { lastEventsOf, leaseOf } from '../engines/app-server/turn/run.ts'
import type { TurnBegin } from '../engines/app-server/turn/begin.ts'
import { RunningTurn } from '../engines/app-server/turn/turn.ts'
import type { Connection } from '../codex/app-server/connection.ts'
import type { Work } from '../work/work.ts'
import type { Workspace, Workspaces } from '../workspaces/workspace.ts'
import { busy } from './active.ts'
import { Children } from './children.ts'
import type { ActiveTurn } from './active.ts'
import { orAway } from './away.ts'
import type { LoadedThreads } from './loaded.ts'
import type { Pause, TurnObserver } from './observer.ts'
import { isOf, questionOf } from './question.ts'
import { isThreadGone, noSuchThread, refusalIn } from './no-such-thread.ts'
import { resumeOf } from './opening.ts'
import type { ThreadRecord } from './record.ts'
import type { ThreadSettings } from './settings.ts'
import type { ThreadStore } from './thread-store.ts'
import type { TurnStore } from './turn-store.ts'
import { TurnWatch } from './watch.ts'

/** What turns run on. */
export interface ThreadTurnParts {
  workspaces: Workspaces
  loaded: LoadedThreads
  turns: TurnStore
  store: Pick<ThreadStore, 'delete'>
  work: Pick<Work, 'mark' | 'isLost'>
}

/** One turn of a thread. */
export interface ThreadTurnOrder {
  thread: ThreadRecord
  /** The settings of the thread from this turn on. */
  settings: ThreadSettings
  /** The beginning of its message. */
  preview: string
  begin: (workspace: Workspace) => TurnBegin
  /** Takes each of app-server's notifications of this turn, as JSON; a promise asks to wait. Left out: they are not wanted. */
  onFrame?: ((frame: string) => Promise<void> | undefined) | undefined
  observer?: TurnObserver | undefined
  /** Does what comes before the turn, in the thread that is loaded. */
  prepare?: ((connection: Connection, threadId: string, signal: AbortSignal) => Promise<void>) | undefined
  /** Called when codex has begun it, with what it says of it. */
  onBegin?: (watch: TurnWatch) => void
}

/** Runs it on the app-server of its workspace, in the thread as it is loaded there, or resumed. */
export async function* runThreadTurn(
  parts: ThreadTurnParts,
  order: ThreadTurnOrder,
  active: ActiveTurn,
  signal: AbortSignal
): AsyncGenerator<TurnEvent, void> {
  const { thread } = order
  if (!parts.turns.claim(thread.id, parts.work.mark, (worker) => parts.work.isLost(worker))) throw busy()
  try {
    const workspace = await parts.workspaces.get(thread.workspace)
    using lease = await orAway(leaseOf(workspace.homes.persistent.appServer, signal))
    yield* onConnection(parts, { ...order, workspace, active, connection: lease.connection }, signal)
  } finally {
    if (!active.isFreed) parts.turns.free(thread.id)
  }
}

interface Placed extends ThreadTurnOrder {
  workspace: Workspace
  active: ActiveTurn
  connection: Connection
}

async function* onConnection(parts: ThreadTurnParts, order: Placed, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const { connection, thread } = order
  const { turn, watch, pauses, children } = runningTurn(parts, order)
  const abort = () => turn.events.fail(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  let failure: unknown
  let emitted = 0
  try {
    const threadId = await unlessAborted(turn.open(), signal)
    await order.prepare?.(connection, threadId, signal)
    await unlessAborted(turn.start(threadId), signal)
    yield { type: 'thread.started', thread_id: threadId }
    for await (const event of eventsOf(turn, watch, order, parts)) {
      signal.throwIfAborted()
      if (isUsage(event)) emitted++
      if (isTurnEnd(event)) {
        order.active.ended = true
        const staysLoaded = event.type === 'turn.completed' && !event.cut && turn.reader.isContinuable
        if (staysLoaded) parts.loaded.put(connection, turn.keepLoaded(threadId))
        order.active.isFreed = noteEnd(parts, watch, event, staysLoaded) && staysLoaded
      }
      yield event
      if (event.type === 'turn.resumes') pauses.shift()?.()
      if (isTurnEnd(event)) return
    }
  } catch (error) {
    failure = error
  } finally {
    signal.removeEventListener('abort', abort)
    order.active.ended = true
    children.leave()
    await turn.close()
    if (failure !== undefined) noteEnd(parts, watch, failedWith(failure, signal))
  }
  failure = refusalIn(failure)
  if (isThreadGone(failure)) {
    parts.store.delete(thread.id)
    failure = noSuchThread(thread.id, failure)
  }
  yield* lastEventsOf(turn, emitted, failure, signal)
}

function runningTurn(parts: ThreadTurnParts, order: Placed) {
  const { connection, thread, workspace, settings } = order
  const plan = {
    open: resumeOf(workspace, settings, thread.id),
    inject: [],
    start: { input: [] },
    tools: undefined,
    mayWork: true,
    persistent: true
  }
  const watch = new TurnWatch({
    frames: order.onFrame !== undefined,
    observe: order.observer?.noted,
    wake: () => turn.events.wake(),
    fail: (error) => turn.events.fail(error),
    retryAfter: () => connection.retryAfter()
  })
  const children = new Children(connection, order.observer?.child)
  const pauses: (() => void)[] = []
  const pause: Pause = {
    begin: () => turn.events.push({ type: 'turn.waiting' }),
    end: () => {
      turn.events.push({ type: 'turn.resumes' })
      return new Promise<void>((resolve) => void pauses.push(resolve))
    }
  }
  const turn: RunningTurn = new RunningTurn(connection, plan, {
    warm: parts.loaded.take(connection, thread.id),
    begin: order.begin(workspace),
    tap: (method, params) => {
      watch.note(method, params, turn.reader.turnId)
      children.noted(method, params)
    },
    asked: (method, params, answer) =>
      isOf(turn.reader.turnId, params) && (order.observer?.asked(questionOf(method, params, answer), pause) ?? false),
    called: (params, answer) =>
      isOf(turn.reader.turnId, params) &&
      (order.observer?.called?.(questionOf('item/tool/call', params, answer), pause) ?? false)
  })
  order.active.running = {
    turn,
    watch,
    steer: (input) => connection.request('turn/steer', { threadId: thread.id, expectedTurnId: watch.turnId, input })
  }
  return { turn, watch, pauses, children }
}

/** The turn's events; each of its frames is passed on before the events that came after it. */
async function* eventsOf(
  turn: RunningTurn,
  watch: TurnWatch,
  order: Placed,
  { turns, work }: ThreadTurnParts
): AsyncGenerator<TurnEvent> {
  let begun = false
  for (;;) {
    const events = await turn.events.take()
    const turnId = watch.begun(turn.reader.turnId)
    if (!begun && turnId !== undefined) {
      begun = true
      const row = { id: turnId, thread: order.thread.id, worker: work.mark, startedAt: Date.now() }
      if (order.onBegin) turns.begin(row, order)
      else turns.beginSoon(row, order)
      order.onBegin?.(watch)
    }
    for (const frame of watch.take()) await order.onFrame?.(frame)
    yield* events
  }
}

/** Stores how it ended: as codex says, where codex has ended it. `frees`: with it its thread is given back. False where it never began. */
function noteEnd({ turns }: ThreadTurnParts, watch: TurnWatch, end: TurnEnd, frees = false): boolean {
  if (watch.turnId === undefined) return false
  const { end: view } = watch
  const status = view?.status ?? (end.type === 'turn.failed' ? 'failed' : 'interrupted')
  const error = view?.error ?? (end.type === 'turn.failed' ? end.error : null)
  turns.end({ id: watch.turnId, status: status === 'inProgress' ? 'interrupted' : status, error }, frees)
  return true
}
