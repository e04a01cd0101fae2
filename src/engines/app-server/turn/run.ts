import { failedWith } from '../../../turn/contract.ts'
import { GatewayError } from '../../../turn/error.ts'
import { isTurnEnd, isUsage } from '../../../turn/event.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import type { TurnRequest } from '../../../turn/request.ts'
import { inNewThread } from '../../../turn/thread.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import type { AppServerSupervisor, Lease } from '../../../workspaces/app-server-supervisor.ts'
import { turnPlanFrom } from '../thread/thread-request.ts'
import { RunningTurn } from './turn.ts'
import { unlessAborted } from '../../../turn/deadline.ts'
import { placeOf } from '../../../workspaces/workspace.ts'
import type { Workspaces } from '../../../workspaces/workspace.ts'
import type { WaitingTurns } from '../waiting/waiting-turns.ts'
import type { ThreadPool } from '../warm/thread-pool.ts'

/** What turns run on. */
export interface TurnParts {
  workspaces: Workspaces
  pool: ThreadPool
  waiting: WaitingTurns
}

/** Runs one turn on the app-server of its workspace, in the thread that contains its conversation or in a new one. */
export async function* runAppServerTurn(
  parts: TurnParts,
  request: TurnRequest,
  signal: AbortSignal
): AsyncGenerator<TurnEvent, void> {
  const place = await placeOf(request, parts.workspaces)
  const plan = turnPlanFrom(request, place)
  using lease = await leaseOf(place.home.appServer, signal)
  const step = parts.waiting.take(request, plan, lease.connection)
  const resumed = typeof step === 'object' ? step : undefined
  const conversation = resumed
    ? parts.pool.resumed(lease.connection, request, plan)
    : parts.pool.conversation(lease.connection, place.home.path, request, plan)
  const turn = new RunningTurn(lease.connection, plan, { warm: conversation?.thread, resumed })
  const texts: string[] = []
  let isBegun = false
  const abort = () => {
    turn.events.fail(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  let retry: TurnRequest | undefined
  let failure: unknown
  let emitted = 0
  try {
    const threadId = await unlessAborted(turn.open(), signal)
    await unlessAborted(turn.start(threadId), signal)
    isBegun = true
    yield {
      type: 'thread.started',
      thread_id: threadId,
      ...(step && { tool_results: typeof step === 'object' ? 'resumed' : step })
    }
    for await (const event of eventsOf(turn, signal)) {
      if (isUsage(event)) emitted++
      if (event.type === 'item.completed' && event.item.type === 'agent_message') texts.push(event.item.text)
      const calls = event.type === 'turn.completed' && !event.cut ? turn.reader.openCalls : undefined
      if (calls && parts.waiting.accepts(calls))
        parts.waiting.put(turn.leaveOpen(calls), request, plan, shownOf(texts, request), resumed?.key)
      if (event.type === 'turn.completed' && !event.cut && turn.reader.isContinuable)
        conversation?.store?.(turn.keepLoaded(threadId), shownOf(texts, request))
      yield event
    }
  } catch (error) {
    if (resumed && !isBegun && !signal.aborted) retry = request
    else if (isGone(error)) retry = conversation?.thread ? request : inNewThread(request)
    failure = error
  } finally {
    signal.removeEventListener('abort', abort)
    await turn.close()
    if (!retry) conversation?.prepareNext()
  }
  if (retry) return yield* runAppServerTurn(parts, retry, signal)
  yield* lastEventsOf(turn, emitted, failure, signal)
}

/** How a closed turn ends that did not come to its end: some of its tokens are known only then. `emitted`: events about tokens. */
export function lastEventsOf(
  { usage: { events, sum } }: Pick<RunningTurn, 'usage'>,
  emitted: number,
  failure: unknown,
  signal: AbortSignal
): TurnEvent[] {
  return [...events.slice(emitted), { ...failedWith(failure, signal), ...(sum && { usage: sum }) }]
}

/** What the client sees of the messages. */
function shownOf(texts: readonly string[], { outputSchema }: TurnRequest): readonly string[] {
  return outputSchema ? texts.slice(-1) : texts
}

async function* eventsOf(turn: RunningTurn, signal: AbortSignal): AsyncGenerator<TurnEvent, void> {
  for (;;) {
    for (const event of await turn.events.take()) {
      signal.throwIfAborted()
      yield event
      if (isTurnEnd(event)) return
    }
  }
}

/** Whether the thread cannot be used: nothing has begun, so another can take its place. */
function isGone(error: unknown): boolean {
  return error instanceof GatewayError && (error.code === 'thread_not_found' || error.code === 'thread_busy')
}

/** Rejects with what `supervisor` does, and with the signal's reason. */
export async function leaseOf(
  supervisor: AppServerSupervisor<Connection>,
  signal: AbortSignal
): Promise<Lease<Connection>> {
  const lease = supervisor.lease()
  try {
    return await unlessAborted(lease, signal)
  } catch (error) {
    void lease.then(
      (unused) => unused[Symbol.dispose](),
      () => {}
    )
    throw error
  }
}
