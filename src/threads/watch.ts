import { GatewayError } from '../turn/error.ts'
import { errorView, turnViewFrom } from './turn-view.ts'
import type { TurnFrame } from './observer.ts'
import type { TurnView } from './turn-view.ts'

interface Params {
  turnId?: unknown
  turn?: { id?: unknown } | null
  item?: unknown
  error?: unknown
}

export interface WatchOptions {
  /** Whether all notifications of the turn are wanted, and not only what comes of it. */
  frames: boolean
  /** Is passed each of them at once. What it throws ends the turn. */
  observe?: ((frame: TurnFrame) => void) | undefined
  /** Has the reader look at the frames. */
  wake: () => void
  /** Ends the turn. */
  fail: (error: unknown) => void
  retryAfter: () => number | undefined
}

/** Characters of the items that are stored for an answer, and of the frames that wait for a slow reader. */
const limits = { items: 8_388_608, frames: 8_388_608 }

/** Notifications that may come before the turn has its id. */
const maxEarly = 1_000

/** Notifications that are about a turn. */
const about = /^(?:turn|item|model)\/|^(?:error|thread\/tokenUsage\/updated)$/

/** What app-server says of one turn: its items, its end, and each notification as JSON in the order in which they came. Those of any other turn are not looked at. */
export class TurnWatch {
  readonly #options: WatchOptions
  #turnId: string | undefined
  #early: { method: string; params: Params }[] = []
  #items: { item: TurnView['items'][number]; size: number }[] = []
  #itemsSize = 0
  #left = false
  #frames: string[] = []
  #framesSize = 0
  #end: TurnView | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  get turnId(): string | undefined {
    return this.#turnId
  }

  /** The turn as it ended for codex; undefined where codex did not end it. */
  get end(): TurnView | undefined {
    return this.#end && { ...this.#end, ...this.#itemsView() }
  }

  /** The turn as it is now. */
  get current(): TurnView {
    const none = { startedAt: null, completedAt: null, durationMs: null }
    return this.end ?? { id: this.#turnId ?? '', status: 'inProgress', error: null, ...none, ...this.#itemsView() }
  }

  /** A notification of the turn's thread; `turnId` as soon as it is known. */
  note(method: string, params: Params, turnId: string | undefined): void {
    if (!about.test(method)) return
    if (this.begun(turnId) !== undefined) this.#note(method, params)
    else if (this.#early.length < maxEarly) this.#early.push({ method, params })
  }

  /** The turn has this id, as soon as it is known. Returns what it is known by. */
  begun(turnId: string | undefined): string | undefined {
    this.#turnId ??= turnId
    if (this.#turnId !== undefined) for (const early of this.#early.splice(0)) this.#note(early.method, early.params)
    return this.#turnId
  }

  /** The frames since the last call. */
  take(): string[] {
    this.#framesSize = 0
    return this.#frames.splice(0)
  }

  #note(method: string, params: Params): void {
    if ((params.turnId ?? params.turn?.id) !== this.#turnId) return
    if (method === 'item/completed') this.#keep(params.item as TurnView['items'][number])
    if (method === 'turn/completed') this.#end = turnViewFrom(params.turn, this.#options.retryAfter)
    if (this.#options.frames || this.#options.observe) this.#push(method, this.#cleaned(method, params))
  }

  /** Without what the provider answered. */
  #cleaned(method: string, params: Params): Params {
    if (method === 'error') return { ...params, error: errorView(params.error, this.#options.retryAfter) }
    if (method === 'turn/completed')
      return { ...params, turn: turnViewFrom(params.turn, this.#options.retryAfter) ?? null }
    return params
  }

  #push(method: string, params: Params): void {
    const json = JSON.stringify({ method, params })
    this.#observed({ method, params, json })
    if (!this.#options.frames) return
    this.#frames.push(json)
    this.#framesSize += json.length
    if (this.#framesSize > limits.frames)
      this.#options.fail(new GatewayError('overloaded', 'The events were read too slowly.'))
    this.#options.wake()
  }

  #observed(frame: TurnFrame): void {
    try {
      this.#options.observe?.(frame)
    } catch (error) {
      this.#options.fail(error)
    }
  }

  #keep(item: TurnView['items'][number]): void {
    const size = sizeOf(item)
    this.#items.push({ item, size })
    this.#itemsSize += size
    while (this.#itemsSize > limits.items && this.#items.length > 1) {
      this.#itemsSize -= this.#items.shift()?.size ?? 0
      this.#left = true
    }
  }

  #itemsView(): Pick<TurnView, 'items' | 'itemsView'> {
    return { items: this.#items.map(({ item }) => item), itemsView: this.#left ? 'summary' : 'full' }
  }
}

/** About as many characters as it takes as JSON. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce((sum: number, member) => sum + sizeOf(member), 8)
}
