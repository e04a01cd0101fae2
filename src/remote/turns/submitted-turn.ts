import { z } from 'zod'
import { GatewayError } from '../../turn/error.ts'
import type { FilterContext } from '../filter/context.ts'
import { incoming } from '../filter/incoming.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import { placed, unplacedThread } from '../filter/unplaced.ts'
import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'
import { interruptTurn } from '../metering/interrupt.ts'
import type { Meter } from '../metering/meter.ts'
import { Tap } from '../metering/tap.ts'
import type { Caller } from '../metering/turn-request.ts'
import { ServerConnection } from './server-connection.ts'

export interface SubmittedTurn {
  /** Left out: a new thread. */
  threadId?: string | undefined
  /** What `turn/start` takes, without `threadId`. */
  params: JsonObject
  /** Of the app-server. */
  meter: Meter
}

const opened = z.object({ thread: z.object({ id: z.string() }) })
const started = z.object({ turn: z.object({ id: z.string() }) })
const completed = z.object({ threadId: z.string(), turn: z.looseObject({ id: z.string() }) })
const itemCompleted = z.object({ turnId: z.string(), item: z.unknown() })

/** A turn that somebody submitted and waits for, in the threads that the clients of a workspace share. */
export class TurnRun {
  readonly #context: FilterContext
  readonly #caller: Caller
  readonly #items = new Map<string, unknown[]>()
  readonly #ended = new Map<string, JsonObject>()
  #changed = () => {}
  /** Known once the thread is open. */
  threadId: string | undefined

  constructor({ context, caller }: { context: FilterContext; caller: Caller }) {
    this.#context = context
    this.#caller = caller
  }

  /**
   * Resolves with the turn as app-server describes it at its end, with its items. Rejects with `invalid_request` for parameters that
   * are not allowed, with another `GatewayError` where it may not begin or go on, and with what a call may reject with. When `signal` aborts the turn is interrupted, and still awaited.
   */
  async run(
    server: SharedAppServer,
    { threadId, params, meter }: SubmittedTurn,
    signal: AbortSignal
  ): Promise<JsonObject> {
    const tap = new Tap({ meter, caller: this.#caller, warn: () => {} })
    using connection = new ServerConnection(server.dial(), tap, (method, told) => this.#notified(method, told))
    signal.addEventListener('abort', () => void tap.leave(), { once: true })
    await connection.open()
    const how = this.#context.approvals.includes('never') ? { approvalPolicy: 'never' } : {} // nobody is there to be asked
    const open =
      threadId === undefined ? this.#checked('thread/start', how) : this.#checked('thread/resume', { threadId })
    const answer = await connection.request(open.method, open.params)
    this.threadId = opened.parse(answer).thread.id
    const start = this.#checked('turn/start', { ...params, threadId: this.threadId })
    const isUnplaced = unplacedThread(open.method, answer) !== undefined && isJsonObject(start.params)
    const startParams = isUnplaced ? placed(start.params as JsonObject, this.#context) : start.params
    const { id: turnId } = started.parse(await connection.request(start.method, startParams)).turn
    const attempt = async () => {
      await connection.request('turn/interrupt', { threadId: this.threadId, turnId })
      return true
    }
    const interrupt = () => void interruptTurn(attempt, () => this.#ended.has(turnId))
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    try {
      const turn = await Promise.race([this.#end(turnId), connection.lost])
      const stopped = await tap.latest?.over
      if (stopped) throw stopped
      return turn
    } finally {
      signal.removeEventListener('abort', interrupt)
    }
  }

  /** A call that a client may make. Throws `invalid_request`. */
  #checked(method: string, params: JsonObject): { method: string; params: unknown } {
    const verdict = incoming({ id: 0, method, params }, this.#context)
    if (verdict.kind === 'passed') return { method, params: (verdict.message as { params: unknown }).params }
    const [answer] = verdict.messages as { error?: { message?: string } }[]
    throw new GatewayError('invalid_request', answer?.error?.message ?? 'These parameters are not allowed.', {
      param: 'params'
    })
  }

  /** A turn may end before the answer to its start is read. */
  async #end(turnId: string): Promise<JsonObject> {
    for (;;) {
      const turn = this.#ended.get(turnId)
      if (turn) return { ...turn, items: this.#items.get(turnId) ?? [], itemsView: 'full' }
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  #notified(method: string, params: unknown): void {
    if (method === 'item/completed') {
      const { turnId, item } = itemCompleted.safeParse(params).data ?? {}
      if (turnId !== undefined) this.#items.set(turnId, [...(this.#items.get(turnId) ?? []), item])
    } else if (method === 'turn/completed') {
      const { threadId, turn } = completed.safeParse(params).data ?? {}
      if (turn && threadId === this.threadId && isJsonObject(turn)) this.#ended.set(turn.id, turn)
      this.#changed()
    }
  }
}
