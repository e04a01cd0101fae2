import { OneAtATime } from '../engines/one-at-a-time.ts'
import { contracted } from '../turn/contract.ts'
import type { Engine } from '../turn/engine.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import type { TurnRequest, UserInput } from '../turn/request.ts'
import { isTurnEnd, isUsage } from '../turn/event.ts'
import type { ActiveTurn, ActiveTurns } from './active.ts'
import type { AppServerCalls } from './calls.ts'
import type { InputPart } from './input.ts'
import type { ObserveTurn, TurnObserver } from './observer.ts'
import type { ThreadRecord, TurnRecord } from './record.ts'
import { runThreadTurn } from './run.ts'
import type { ThreadTurnOrder, ThreadTurnParts } from './run.ts'
import type { Scope } from './thread-store.ts'
import { messageOf, turnOrderOf } from './turn-order.ts'
import type { MessageChecks, TurnWish } from './turn-order.ts'
import type { TurnView } from './turn-view.ts'

export interface ThreadTurnsOptions extends ThreadTurnParts {
  calls: AppServerCalls
  active: ActiveTurns
  /** Puts around a turn what every turn of the gateway has: its clocks, and its slot in the queue. */
  chain: (engine: Engine) => Engine
  /** Why the API key of a request must not use its model; each may when left out. */
  modelRefusal?: ((request: TurnRequest) => GatewayError | undefined) | undefined
  observe?: ObserveTurn | undefined
}

/** The turns of threads. */
export class ThreadTurns {
  readonly #options: ThreadTurnsOptions
  readonly #oneAtATime = new OneAtATime()

  constructor(options: ThreadTurnsOptions) {
    this.#options = options
  }

  /** A turn with a message. Throws a `GatewayError` that names the field at fault. */
  orderOf(thread: ThreadRecord, wish: TurnWish, checks: MessageChecks): Promise<ThreadTurnOrder> {
    return turnOrderOf(thread, wish, { ...checks, ...this.#options })
  }

  /** What the log calls the turn. `key`: the id of the API key that it is asked for with, if any. */
  requestOf({ thread, settings }: ThreadTurnOrder, input: UserInput[], key?: string): TurnRequest {
    const { id, owner, workspace } = thread
    const { model, serviceTier } = settings
    return { thread: { kind: 'resume', id }, workspace, owner, key, model, serviceTier, input }
  }

  /** Runs one. Throws `thread_busy` at once where another is asked for or runs on the thread. The events are to be read. */
  run(order: ThreadTurnOrder, request: TurnRequest, signal: AbortSignal): AsyncIterable<TurnEvent> {
    const { active, chain } = this.#options
    const turn = active.add(order.thread.id)
    const observer = this.#observer(order.thread, turn)
    const run = contracted((inner, ended) =>
      this.#oneAtATime.run(inner, runThreadTurn(this.#options, { ...order, observer }, turn, ended), () => turn.ended)
    )
    const engine = chain({ name: 'app-server', run, async [Symbol.asyncDispose]() {} })
    const noted = (event: TurnEvent) => (isUsage(event) ? observer?.used?.(event, request) : undefined)
    return finallyDo(engine.run(request, signal), noted, (end) => {
      active.remove(turn)
      observer?.ended(end)
    })
  }

  #observer(thread: ThreadRecord, turn: ActiveTurn): TurnObserver | undefined {
    try {
      return this.#options.observe?.(thread)
    } catch (error) {
      this.#options.active.remove(turn) // it does not begin
      throw error
    }
  }

  /** Ends the turn that runs on a thread, or the one of this id if it does. */
  async interrupt(threadId: string, turnId: string | undefined): Promise<void> {
    const running = this.#options.active.find(threadId, turnId)
    if (running === undefined || !(await running.turn.interrupt())) throw notRunning()
  }

  /** Throws where the API key of this id is not for the model that the thread runs. */
  checkModel(thread: ThreadRecord, key: string | undefined): void {
    const { id, owner, workspace, settings } = thread
    const request = { thread: { kind: 'resume' as const, id }, workspace, owner, key, model: settings.model, input: [] }
    const refusal = this.#options.modelRefusal?.(request)
    if (refusal) throw refusal
  }

  /** Adds a message to the turn of this id. Codex drops the answer that it is at, and the model reads both. */
  async steer(thread: ThreadRecord, turnId: string, input: readonly InputPart[], checks: MessageChecks): Promise<void> {
    this.checkModel(thread, checks.key)
    const message = await messageOf(thread, input, { ...checks, ...this.#options })
    const running = this.#options.active.find(thread.id, turnId)
    if (running === undefined) throw notRunning()
    await running.steer(message)
  }

  find(scope: Scope, id: string): TurnRecord {
    const found = this.#options.turns.find(scope, id)
    if (found === undefined) throw new GatewayError('turn_not_found', `There is no turn ${id.slice(0, 64)}.`)
    return found
  }

  /** What a turn that runs in this gateway has done so far. */
  current({ id, thread }: TurnRecord): TurnView | undefined {
    return this.#options.active.find(thread, id)?.watch.current
  }

  /** How a turn is now: one whose gateway is gone was interrupted by that. */
  statusOf({ status, worker }: TurnRecord): TurnRecord['status'] {
    return status === 'inProgress' && this.#options.work.isLost(worker) ? 'interrupted' : status
  }
}

function notRunning(): GatewayError {
  return new GatewayError('conflict', 'No such turn is running on this thread.')
}

/** Nothing follows the end of a turn. */
async function* finallyDo(
  events: AsyncIterable<TurnEvent>,
  each: (event: TurnEvent) => void,
  last: (end: TurnEnd | undefined) => void
): AsyncGenerator<TurnEvent, void> {
  let end: TurnEnd | undefined
  try {
    for await (const event of events) {
      if (isTurnEnd(event)) end = event
      each(event)
      yield event
    }
  } finally {
    last(end)
  }
}
