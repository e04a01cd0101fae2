import { z } from 'zod'
import type { TurnError } from '../../../turn/error.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import type { OfferedTools } from '../thread/tools.ts'

export type ToolCalled = Extract<TurnEvent, { type: 'tool.called' }>

/**
 * Milliseconds of silence after a call that end the wait for further calls. Codex reports when a response is complete,
 * but not when its stream breaks while a call is open: it then waits for the call's result first (codex-cli 0.169).
 */
const silence = 20_000

/** Responses without any usable call that the model may make before the turn ends: codex would answer them without end. */
const maxWrongResponses = 4

const wrongCalls: TurnError = {
  code: 'upstream_error',
  message: 'The model kept calling tools that are not there, or with arguments that are no JSON.'
}

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
  readonly #end: (error?: TurnError) => void
  readonly #tools: OfferedTools | undefined
  readonly #emitted = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** The response has a call that is none of the caller's. */
  #hasWrongCall = false
  #wrongResponses = 0

  constructor(emit: (event: ToolCalled) => void, end: (error?: TurnError) => void, tools: OfferedTools | undefined) {
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
    if (!call || !this.#tools) return
    const name = this.#tools.names.fromCodex(call.name)
    const json = call.arguments.trim() === '' ? '{}' : call.arguments
    if (name !== undefined && isJson(json)) this.#emitCall(call.call_id, name, json)
    else this.#hasWrongCall = true
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
    if (this.count > 0) return this.#end()
    if (this.#hasWrongCall && ++this.#wrongResponses >= maxWrongResponses) this.#end(wrongCalls)
    this.#hasWrongCall = false
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
    else this.#timer ??= setTimeout(() => this.#end(), silence)
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
