import { randomUUID } from 'node:crypto'
import type { Guard } from '../../codex/guard.ts'
import { contracted, interruptReason } from '../../turn/contract.ts'
import type { Engine } from '../../turn/engine.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { lastMessageOnly } from '../last-message.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions, Patience } from './connection.ts'
import { Keeper } from './keeper.ts'
import { modelsOf } from './models.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { turnPlanFrom } from './thread-request.ts'
import type { TurnDefaults } from './thread-request.ts'
import { RunningTurn } from './turn.ts'

export interface AppServerEngineOptions extends TurnDefaults {
  /** The native binary. */
  binary: string
  /** Whole environment of the child. */
  env: Record<string, string>
  /** Keeps the child's processes together, and clears them. */
  guard: Pick<Guard, 'start'>
  /** Bytes that one line of output may have. */
  lineLimit: number
  patience?: Partial<Patience>
}

/** Runs turns on one long-lived `codex app-server`: text comes as tokens, history goes in as items, and the caller's functions are tools. */
export function createAppServerEngine(options: AppServerEngineOptions): Engine {
  const keeper = new Keeper(() => new Connection(childFrom(options)))
  const kept = new OneAtATime()
  const models = modelsOf(keeper)
  return {
    name: 'app-server',
    run: contracted((request, signal) => {
      const turn = runOn(options, keeper, request, signal)
      const events = request.threadId === undefined && request.ephemeral !== false ? turn : kept.run(request, turn)
      return request.outputSchema ? lastMessageOnly(events) : events
    }),
    models,
    [Symbol.asyncDispose]: () => keeper.close()
  }
}

/** Features that act at the start of the process cannot wait for a thread's settings. No secret and no URL is among them. */
function childFrom({ guard, binary, env, workspace, lineLimit, patience }: AppServerEngineOptions): ConnectionOptions {
  const args = ['app-server', '-c', 'analytics.enabled=false', '-c', 'check_for_update_on_startup=false', '-c', 'features.plugins=false']
  return { guard, binary, args, env, cwd: workspace, lineLimit, ...(patience && { patience }) }
}

async function* runOn(options: AppServerEngineOptions, keeper: Keeper, request: TurnRequest, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  const mark = randomUUID()
  const plan = turnPlanFrom(request, options, mark)
  using lease = await leaseOf(keeper, signal)
  const turn = new RunningTurn(lease.connection, plan, mark)
  const abort = () => { turn.fail(signal.reason) }
  signal.addEventListener('abort', abort, { once: true })
  try {
    const threadId = await unlessAborted(turn.open(), signal)
    yield { type: 'thread.started', thread_id: threadId }
    await unlessAborted(turn.start(threadId), signal)
    yield* eventsOf(turn, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', abort)
    await turn.close()
  }
  if (signal.aborted) yield { type: 'turn.interrupted', reason: interruptReason(signal), ...(turn.usage && { usage: turn.usage }) }
}

async function* eventsOf(turn: RunningTurn, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  for (;;) {
    for (const event of await turn.next()) {
      signal.throwIfAborted()
      yield event
      if (isTurnEnd(event)) return
    }
  }
}

async function leaseOf(keeper: Keeper, signal: AbortSignal): ReturnType<Keeper['lease']> {
  const lease = keeper.lease()
  try {
    return await unlessAborted(lease, signal)
  } catch (error) {
    void lease.then((held) => held[Symbol.dispose](), () => {})
    throw error
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
