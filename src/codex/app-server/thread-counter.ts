import { z } from 'zod'
import type { UnknownUsageCause, UsageEvent } from '../../turn/event.ts'
import { noUsage, usageDifference, usageKinds, usageSum } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).catch(0)
const tokens = z
  .object({
    inputTokens: count,
    cachedInputTokens: count,
    cacheWriteInputTokens: count,
    outputTokens: count,
    reasoningOutputTokens: count
  })
  .transform((all): Usage => ({
    input_tokens: all.inputTokens,
    cached_input_tokens: all.cachedInputTokens,
    cache_write_input_tokens: all.cacheWriteInputTokens,
    output_tokens: all.outputTokens,
    reasoning_output_tokens: all.reasoningOutputTokens
  }))
const frame = z.object({ total: tokens, last: tokens })

/**
 * Counts the tokens of one loaded thread, by response of the model. A response is reported at once by `rawResponse/completed`,
 * and again by the next `thread/tokenUsage/updated`, whose `total` is the thread's from its beginning (codex-cli 0.169): a
 * frame that only repeats responses already counted is passed over. Without raw events the differences of `total` count. `last` is only
 * used to find what a resumed or forked thread had before: frames are repeated at an interrupt, and after an incomplete response it is stale.
 */
export class ThreadCounter {
  readonly #threadId: string
  readonly #raw: boolean
  /** All that the thread took so far; undefined for one that is resumed or forked, until its first frame. */
  #total: Usage | undefined
  /** Counted by their raw event, not yet in a total. */
  #pending: Usage[] = []
  readonly #responses = new Set<string>()
  /** Turns begun while the thread is loaded. A frame of any other repeats the thread's past. */
  readonly #turns = new Set<string>()
  #running = false
  /** A request to the model may be under way whose tokens nothing has counted. */
  #requesting = false
  #interrupted = false
  /** The answer that is under way has called a tool. */
  #calls = false
  /** A compaction runs that no raw event will report, and no total has yet. */
  #compacting = false

  /** `raw`: the thread was begun with `experimentalRawEvents`, in this process. */
  constructor(threadId: string, raw: boolean) {
    this.#threadId = threadId
    this.#raw = raw
    if (raw) this.#total = noUsage
  }

  /** Whether its turn is not over. */
  get running(): boolean {
    return this.#running
  }

  ranTurn(turnId: string): boolean {
    return this.#turns.has(turnId)
  }

  turnStarted(turnId: string): void {
    this.#turns.add(turnId)
    this.#running = true
    this.#requesting = true
    this.#interrupted = false
  }

  /** `turn/interrupt` is about to be sent: no further request begins. */
  interrupt(): void {
    this.#interrupted = true
  }

  /** The turn is over. Returns `usage.unknown` when a request was under way. */
  end(cause: UnknownUsageCause): UsageEvent | undefined {
    this.#running = false
    if (!this.#requesting) return undefined
    this.#requesting = false
    return { type: 'usage.unknown', cause }
  }

  /** The answer that is under way calls a tool. */
  called(): void {
    this.#calls = true
  }

  /** `rawResponse/completed`. */
  response(id: string, value: unknown): UsageEvent | undefined {
    const calls = this.#calls
    this.#calls = this.#requesting = false
    if (this.#responses.has(id)) return undefined
    this.#responses.add(id)
    const usage = tokens.safeParse(value).data
    if (usage === undefined) return { type: 'usage.unknown', cause: 'not_reported' }
    this.#pending.push(usage)
    return { ...this.#counted(id, usage, 'response'), calls }
  }

  /** `thread/tokenUsage/updated`: the tool calls of a response are done, and the next request may begin. */
  total(turnId: string, value: unknown): UsageEvent | undefined {
    const { total, last } = frame.safeParse(value).data ?? {}
    if (total === undefined || last === undefined) return undefined
    const past = this.#interrupted ? total : usageDifference(total, last) // a frame at an interrupt repeats the past
    const more = growth(total, this.#total ?? past)
    this.#total = total
    if (!this.#turns.has(turnId)) return undefined
    this.#requesting = !this.#interrupted || (this.#requesting && more === undefined)
    if (more === undefined) return undefined
    this.#compacting = false
    const place = this.#pending.findIndex((usage) => usageKinds.every((kind) => usage[kind] === more[kind]))
    this.#pending.splice(0, place + 1) // those before it are compactions, which no total holds
    return place === -1 ? this.#counted(`total:${total.input_tokens}+${total.output_tokens}`, more, 'total') : undefined
  }

  compactionStarted(): void {
    this.#compacting = !this.#raw
  }

  /** A total holds a local compaction; a remote one is reported by raw events alone (codex-cli 0.169). */
  compactionEnded(): UsageEvent | undefined {
    if (!this.#compacting) return undefined
    this.#compacting = false
    return { type: 'usage.unknown', cause: 'compaction' }
  }

  #counted(id: string, usage: Usage, source: 'response' | 'total'): UsageEvent & { type: 'usage.counted' } {
    return { type: 'usage.counted', response_id: id, thread_id: this.#threadId, usage, source }
  }
}

/** What `total` has more than `before`; undefined for nothing, or where codex has begun to count anew, as when the context is full. */
function growth(total: Usage, before: Usage): Usage | undefined {
  const more = usageSum(total, noUsage)
  for (const kind of usageKinds) more[kind] -= before[kind]
  const grown = usageKinds.some((kind) => more[kind] > 0)
  return grown && usageKinds.every((kind) => more[kind] >= 0) ? more : undefined
}
