import { z } from 'zod'
import type { UsageEvent } from '../../turn/event.ts'
import { ThreadCounter } from './thread-counter.ts'

const turn = z.object({ id: z.string(), rootTurnId: z.string().nullish(), status: z.string().catch('') })
const failure = z.object({ message: z.string(), additionalDetails: z.string().nullish().catch(null) })

interface Params {
  turnId?: unknown
  turn?: unknown
  responseId?: unknown
  usage?: unknown
  tokenUsage?: unknown
  error?: unknown
  willRetry?: unknown
  item?: unknown
  delta?: unknown
}

/** The token counters of all threads that are loaded in one app-server, those of its sub-agents included. */
export class TokenCounters {
  readonly #counters = new Map<string, ThreadCounter>()
  /** The thread and turn that each running sub-agent works for, by the sub-agent's thread. */
  readonly #roots = new Map<string, { threadId: string; turnId: string }>()
  readonly #emit: (threadId: string, event: UsageEvent) => void

  /** `emit` gets what is counted, with the thread whose turn it belongs to. */
  constructor(emit: (threadId: string, event: UsageEvent) => void) {
    this.#emit = emit
  }

  /** A thread was opened; `raw`: with raw events. One that is still loaded goes on with its counter. */
  opened(threadId: string, raw: boolean): void {
    if (!this.#counters.has(threadId)) this.#counters.set(threadId, new ThreadCounter(threadId, raw))
  }

  /** `turn/interrupt` is about to be sent. */
  interrupt(threadId: string): void {
    this.#counters.get(threadId)?.interrupt()
  }

  /** Nothing more is to be heard of a thread's turn. */
  abandon(threadId: string, cause: 'interrupted' | 'engine_stopped'): void {
    this.#report(threadId, this.#counters.get(threadId)?.end(cause))
  }

  /** The app-server is gone. */
  stopped(): void {
    for (const threadId of this.#counters.keys()) this.abandon(threadId, 'engine_stopped')
    this.#counters.clear()
  }

  notified(threadId: string, method: string, params: Params): void {
    if (params.delta !== undefined) return
    switch (method) {
      case 'turn/started':
        return this.#started(threadId, params.turn)
      case 'rawResponseItem/completed':
        return isCall(params.item) ? this.#of(threadId).called() : undefined
      case 'rawResponse/completed':
        return this.#report(threadId, this.#of(threadId).response(String(params.responseId), params.usage))
      case 'thread/tokenUsage/updated':
        return this.#report(threadId, this.#of(threadId).total(String(params.turnId), params.tokenUsage))
      case 'item/started':
        return isCompaction(params.item) ? this.#of(threadId).compactionStarted() : undefined
      case 'item/completed':
        return isCompaction(params.item) ? this.#report(threadId, this.#of(threadId).compactionEnded()) : undefined
      case 'error':
        return params.willRetry === true && isTorn(params.error)
          ? this.#report(threadId, { type: 'usage.unknown', cause: 'torn' })
          : undefined
      case 'turn/completed':
        return this.#completed(threadId, params.turn)
      case 'thread/closed':
        this.#counters.delete(threadId)
        this.#roots.delete(threadId)
    }
  }

  /** A fork's past is reported before the fork is opened; a sub-agent's thread is opened by codex. */
  #of(threadId: string): ThreadCounter {
    const counter = this.#counters.get(threadId) ?? new ThreadCounter(threadId, false)
    this.#counters.set(threadId, counter)
    return counter
  }

  #started(threadId: string, value: unknown): void {
    const { id, rootTurnId } = turn.safeParse(value).data ?? {}
    if (id === undefined) return
    if (rootTurnId && rootTurnId !== id) {
      this.opened(threadId, true)
      const [root] = [...this.#counters].find(([, counter]) => counter.ranTurn(rootTurnId)) ?? []
      if (root !== undefined) this.#roots.set(threadId, { threadId: root, turnId: rootTurnId })
    }
    this.#of(threadId).turnStarted(id)
  }

  #completed(threadId: string, value: unknown): void {
    const { id, status } = turn.safeParse(value).data ?? {}
    const counter = this.#of(threadId)
    this.#report(threadId, counter.compactionEnded()) // one that failed
    const torn = status === 'failed' && isTorn((value as { error?: unknown } | null)?.error)
    const event = counter.end(torn ? 'torn' : 'interrupted')
    if (torn || status === 'interrupted') this.#report(threadId, event)
    for (const [subagent, root] of this.#roots)
      if (root.turnId === id) {
        this.#report(
          threadId,
          this.#counters.get(subagent)?.running ? { type: 'usage.unknown', cause: 'subagent' } : undefined
        )
        this.#roots.delete(subagent)
      }
  }

  #report(threadId: string, event: UsageEvent | undefined): void {
    if (event === undefined) return
    const root = this.#roots.get(threadId)
    if (root === undefined) this.#emit(threadId, event)
    else this.#emit(root.threadId, event.type === 'usage.counted' ? { ...event, root_turn_id: root.turnId } : event)
  }
}

/** A call that codex answers: `function_call`, `custom_tool_call`, `local_shell_call` and so on. The model's own searches are none. */
function isCall(item: unknown): boolean {
  const { type } = (item ?? {}) as { type?: unknown }
  return typeof type === 'string' && type.endsWith('_call') && type !== 'web_search_call'
}

function isCompaction(item: unknown): boolean {
  return (item as { type?: unknown } | null)?.type === 'contextCompaction'
}

/** Whether an answer had begun when its stream broke, or ended as failed: codex-cli 0.169 says so in these words alone. */
function isTorn(error: unknown): boolean {
  const { message, additionalDetails } = failure.safeParse(error).data ?? {}
  return (additionalDetails ?? message)?.startsWith('stream disconnected before completion') ?? false
}
