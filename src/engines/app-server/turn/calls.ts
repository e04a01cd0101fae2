import { z } from 'zod'
import type { TurnEvent } from '../../../turn/event.ts'
import type { OfferedTools } from '../thread/tools.ts'

export type ToolCalled = Extract<TurnEvent, { type: 'tool.called' }>

/**
 * Milliseconds of silence after a call that end the wait for further calls. Codex reports when a response is complete,
 * but not when its stream breaks while a call is open: it then waits for the call's result first (codex-cli 0.169).
 */
const silence = 20_000

const functionCall = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string()
})
const callRequest = z.object({ callId: z.string(), tool: z.string(), arguments: z.unknown() })

/**
 * The model's calls of the caller's functions in one response. Codex asks for each and waits; the gateway does not answer:
 * once the response is complete the turn ends with its calls.
 */
export class Calls {
  readonly #emit: (event: ToolCalled) => void
  readonly #end: () => void
  readonly #tools: OfferedTools | undefined
  readonly #emitted = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(emit: (event: ToolCalled) => void, end: () => void, tools: OfferedTools | undefined) {
    this.#emit = emit
    this.#end = end
    this.#tools = tools
  }

  get count(): number {
    return this.#emitted.size
  }

  /**
   * An item of the model's response as the model wrote it. A call of an unknown name, or one whose arguments are not JSON, is
   * left to Codex: it returns an error to the model, which then tries again.
   */
  responseItem(item: unknown): void {
    const call = functionCall.safeParse(item).data
    const name = this.#tools?.names.fromCodex(call?.name ?? '')
    if (call && name !== undefined && isJson(call.arguments)) this.#emitCall(call.call_id, name, call.arguments)
  }

  /** Codex asks for a call to be carried out; usually it was emitted before. */
  requested(params: unknown): void {
    const call = callRequest.safeParse(params).data
    if (call)
      this.#emitCall(
        call.callId,
        this.#tools?.names.fromCodex(call.tool) ?? call.tool,
        JSON.stringify(call.arguments ?? {})
      )
  }

  /** Something has come from app-server: the wait for further calls starts again. */
  notified(): void {
    this.#timer?.refresh()
  }

  /** The model's response is complete. */
  responseCompleted(): void {
    if (this.count > 0) this.#end()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #emitCall(id: string, name: string, text: string): void {
    if (this.#emitted.has(id)) return
    this.#emitted.add(id)
    this.#emit({ type: 'tool.called', call_id: id, name, arguments: text })
    if (this.#tools?.single) this.#end()
    else this.#timer ??= setTimeout(this.#end, silence)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
