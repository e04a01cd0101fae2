import { z } from 'zod'
import type { TurnError } from '../../../turn/error.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import type { Reply } from '../../../codex/wire/json-rpc.ts'
import type { OfferedTools } from '../thread/tools.ts'
import { OpenCalls } from '../waiting/open-calls.ts'

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
 * The model's calls of the caller's functions in one response. Codex asks for each and waits: once the response is complete the
 * turn ends with its calls, for which a later request may bring the results.
 */
export class Calls {
  readonly #emit: (event: ToolCalled) => void
  readonly #end: (error?: TurnError) => void
  readonly #tools: OfferedTools | undefined
  readonly #open = new OpenCalls()
  /** Those of the response before, whose results the turn began with. */
  readonly #before: OpenCalls | undefined
  #isComplete = false
  /** Codex does not wait for just what was emitted: there may be one call only, or codex refuses one by itself. */
  #isCut = false
  #timer: NodeJS.Timeout | undefined
  /** The response has a call that is none of the caller's. */
  #hasWrongCall = false
  #wrongResponses = 0

  constructor(
    emit: (event: ToolCalled) => void,
    end: (error?: TurnError) => void,
    tools: OfferedTools | undefined,
    before?: OpenCalls
  ) {
    this.#emit = emit
    this.#end = end
    this.#tools = tools
    this.#before = before
  }

  get count(): number {
    return this.#open.all.length
  }

  /** The calls that codex waits for, all of which were emitted; undefined where it does not wait for just these. */
  get open(): OpenCalls | undefined {
    return this.#isComplete && !this.#isCut && this.count > 0 ? this.#open : undefined
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
    if (json !== call.arguments) this.#isCut = true // codex takes no empty arguments (codex-cli 0.169)
    if (name !== undefined && isJson(json)) this.#emitCall(call.call_id, name, json)
    else this.#hasWrongCall = true
  }

  /** Codex asks for a call to be carried out; usually it was emitted before. */
  requested(params: unknown, answer: (reply: Reply) => void, isOver: boolean): void {
    const call = callRequest.safeParse(params).data
    if (!call) return
    if (this.#before?.isOpen(call.callId)) return this.#before.asked(call.callId, answer)
    const name = this.#tools?.names.fromCodex(call.tool) ?? call.tool
    if (!isOver) this.#emitCall(call.callId, name, JSON.stringify(call.arguments ?? {}))
    this.#open.asked(call.callId, answer)
  }

  /** Something has come from app-server: the wait for further calls starts again. */
  notified(): void {
    this.#timer?.refresh()
  }

  /** The model's response is complete. */
  responseCompleted(): void {
    this.#isComplete = true
    if (this.count > 0) return this.#end()
    if (this.#hasWrongCall && ++this.#wrongResponses >= maxWrongResponses) this.#end(wrongCalls)
    this.#hasWrongCall = false
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #emitCall(id: string, name: string, text: string): void {
    if (this.#open.has(id)) return
    if (this.#tools?.single && this.count > 0) {
      this.#isCut = true
      return this.#end()
    }
    this.#open.add({ id, name, arguments: text })
    this.#emit({ type: 'tool.called', call_id: id, name, arguments: text })
    this.#timer ??= setTimeout(() => this.#end(), silence)
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
