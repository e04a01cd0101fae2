import { turnErrorFromAppServer } from '../../codex/app-server/failure.ts'
import type { TokenCounters } from '../../codex/app-server/token-counters.ts'
import type { Engine } from '../../turn/engine.ts'
import type { TurnEnd } from '../../turn/event.ts'
import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import { interruptTurn } from './interrupt.ts'
import { MeteredTurn } from './metered-turn.ts'
import type { Source, Sources } from './sources.ts'
import { turnRequestFrom } from './turn-request.ts'
import type { Caller } from './turn-request.ts'

/** What the threads of one app-server have in common. */
export interface ThreadParts {
  server: Pick<SharedAppServer, 'request' | 'runningTurn' | 'active'>
  workspace: string
  /** Puts around a turn what every turn of the gateway has: its slot in the queue, and its account. */
  chain: (engine: Engine) => Engine
  sources: Sources
  counters: TokenCounters
  /** Takes what settles when a turn is accounted for. */
  account: (over: Promise<unknown>) => void
  /** Whether this is the turn of another thread: then what names it as its root is a sub-agent's. */
  isTurnElsewhere: (thread: MeteredThread, turnId: string) => boolean
  /** A turn has ended. */
  changed: () => void
}

export const interruptedEnd: TurnEnd = { type: 'turn.interrupted', reason: 'client' }

/** A thread of a shared app-server, and the turn that is at work in it. */
export class MeteredThread {
  readonly id: string
  /** Codex has opened it, and tells all connections of it that hear the thread it works for. */
  isSubagent = false
  /** As far as known. */
  model: string | undefined
  /** Who made it work last: codex may go on for them by itself. */
  caller: Caller
  /** Where its events are read: several connections may hear it. */
  source: Source | undefined
  readonly #parts: ThreadParts
  #turn: MeteredTurn | undefined

  constructor(id: string, caller: Caller, parts: ThreadParts) {
    this.id = id
    this.caller = caller
    this.#parts = parts
  }

  get turn(): MeteredTurn | undefined {
    return this.#turn
  }

  /** Whether it is at work, or about to be. */
  get isBusy(): boolean {
    return this.#turn !== undefined || this.#parts.server.active.has(this.id)
  }

  /** See `Meter.begin`. */
  async begin(params: JsonObject, caller: Caller, signal: AbortSignal): Promise<MeteredTurn | undefined> {
    if (this.#turn) return this.#turn.begun.then(() => undefined)
    this.caller = caller
    const turn = this.#open(params)
    const leave = () => turn.leave()
    signal.addEventListener('abort', leave)
    try {
      if (!this.#parts.sources.hear(this.id)) await this.#parts.sources.follow(this.id)
      await turn.begun
    } finally {
      signal.removeEventListener('abort', leave)
    }
    if (signal.aborted) turn.refused()
    return turn
  }

  /** A notification of the connection where its events are read. */
  notified(method: string, params: JsonObject): void {
    if (method === 'turn/started') this.#started(params['turn'])
    this.#parts.counters.notified(this.id, method, params)
    if (method === 'turn/completed') this.end(endFrom(params['turn']))
    else if (method === 'serverRequest/resolved') this.#turn?.answered(JSON.stringify(params['requestId']))
    else if (method === 'thread/settings/updated') this.model = modelIn(params['threadSettings']) ?? this.model
  }

  /** Its turn is over, if it had one. */
  end(end: TurnEnd): void {
    const { sources } = this.#parts
    this.#turn?.end(end)
    if (sources.own.hears(this.id)) this.source = undefined
    sources.unfollow(this.id)
  }

  /** It is at work, and nobody hears it: from now on the gateway does. */
  async follow(): Promise<void> {
    const { sources, server } = this.#parts
    if (sources.hear(this.id) || !(await sources.follow(this.id))) return
    if (!server.active.has(this.id)) return sources.unfollow(this.id)
    const id = this.#turn ? undefined : await server.runningTurn(this.id).catch(() => undefined)
    if (id !== undefined) this.notified('turn/started', { turn: { id } })
  }

  #open(params: JsonObject): MeteredTurn {
    const { workspace, chain, server, counters, account, sources } = this.#parts
    const { id: threadId, caller, model } = this
    const turn: MeteredTurn = new MeteredTurn({
      ...{ request: turnRequestFrom({ ...caller, workspace, threadId, params, model }), chain },
      interrupt() {
        counters.interrupt(threadId)
        void interruptAt(server, threadId, turn)
      },
      ended: () => this.#over(turn)
    })
    this.#turn = turn
    turn.begun.catch(() => this.#over(turn))
    account(turn.over.then((error) => error && sources.warn(threadId, error.message)))
    return turn
  }

  #started(value: unknown): void {
    const { id, rootTurnId: root } = isJsonObject(value) ? value : {}
    if (typeof id !== 'string') return
    if (typeof root === 'string' && this.#parts.isTurnElsewhere(this, root)) return // it counts as part of that one
    const turn = this.#turn ?? this.#setOff()
    turn.startedId = id
  }

  /** One that codex has begun by itself: it took it from its queue, or goes on towards a goal. */
  #setOff(): MeteredTurn {
    const turn = this.#open({})
    turn.begun.catch((error: Error) => {
      void interruptAt(this.#parts.server, this.id, turn)
      this.#parts.sources.warn(this.id, `A turn that began by itself is interrupted. ${error.message}`)
    })
    return turn
  }

  #over(turn: MeteredTurn): void {
    if (this.#turn === turn) this.#turn = undefined
    this.#parts.changed()
  }
}

function modelIn(settings: unknown): string | undefined {
  return isJsonObject(settings) && typeof settings['model'] === 'string' ? settings['model'] : undefined
}

function endFrom(turn: unknown): TurnEnd {
  const { status, error } = isJsonObject(turn) ? turn : {}
  if (status === 'completed') return { type: 'turn.completed' }
  if (status !== 'failed') return interruptedEnd
  return { type: 'turn.failed', error: turnErrorFromAppServer(error, () => undefined) }
}

/** Interrupts a turn whose id may not be known yet. */
function interruptAt(server: ThreadParts['server'], threadId: string, turn: MeteredTurn): Promise<void> {
  const attempt = async () => {
    const turnId = turn.startedId ?? (await server.runningTurn(threadId))
    if (turnId !== undefined) await server.request('turn/interrupt', { threadId, turnId })
    return turnId !== undefined
  }
  return interruptTurn(attempt, () => turn.isEnded)
}
