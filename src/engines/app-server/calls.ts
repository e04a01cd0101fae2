import type { TurnEvent } from '../../turn/event.ts'

export type ToolCalled = Extract<TurnEvent, { type: 'tool.called' }>

/**
 * Milliseconds of silence after a call that end the wait for more of them. Codex says when a response is complete,
 * but not when its stream breaks while a call is open: it then waits for the call's result first (codex-cli 0.169).
 */
const silence = 20_000

/**
 * The model's calls of the caller's functions in one response. Codex asks for each as it comes and waits;
 * nobody answers here: once the response is complete the turn ends with its calls.
 */
export class Calls {
  readonly #say: (event: ToolCalled) => void
  readonly #end: () => void
  readonly #single: boolean
  /** Arguments as the model wrote them, by call; Codex's question has them parsed. */
  readonly #written = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #count = 0

  constructor(say: (event: ToolCalled) => void, end: () => void, single: boolean) {
    this.#say = say
    this.#end = end
    this.#single = single
  }

  get count(): number {
    return this.#count
  }

  /** An item of the model's response, as it came from the model. */
  written(item: unknown): void {
    const { type, call_id: id, arguments: text } = (item ?? {}) as { type?: unknown; call_id?: unknown; arguments?: unknown }
    if (type === 'function_call' && typeof id === 'string' && typeof text === 'string') this.#written.set(id, text)
  }

  /** Codex wants a call carried out. A name the model made up, or arguments that are no JSON, it answers itself. */
  called({ callId, tool, arguments: parsed }: { callId?: unknown; tool?: unknown; arguments?: unknown }): void {
    if (typeof callId !== 'string' || typeof tool !== 'string' || (this.#single && this.#count > 0)) return
    this.#count++
    this.#say({ type: 'tool.called', call_id: callId, name: tool, arguments: this.#written.get(callId) ?? JSON.stringify(parsed ?? {}) })
    if (this.#single) return this.#end()
    this.#timer ??= setTimeout(this.#end, silence)
  }

  /** Something is still coming. */
  heard(): void {
    this.#timer?.refresh()
  }

  /** The model's response is complete. */
  settled(): void {
    if (this.#count > 0) this.#end()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
