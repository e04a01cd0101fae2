import { z } from 'zod'
import type { TurnEvent } from '../../../turn/event.ts'
import type { OfferedTools } from '../thread/tools.ts'

export type ToolCalled = Extract<TurnEvent, { type: 'tool.called' }>

/**
 * Milliseconds of silence after a call that end the wait for more of them. Codex says when a response is complete,
 * but not when its stream breaks while a call is open: it then waits for the call's result first (codex-cli 0.169).
 */
const silence = 20_000

const functionCall = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string()
})
const question = z.object({ callId: z.string(), tool: z.string(), arguments: z.unknown() })

/**
 * The model's calls of the caller's functions in one response. Codex asks for each and waits; nobody answers here:
 * once the response is complete the turn ends with its calls.
 */
export class Calls {
  readonly #say: (event: ToolCalled) => void
  readonly #end: () => void
  readonly #tools: OfferedTools | undefined
  readonly #told = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(say: (event: ToolCalled) => void, end: () => void, tools: OfferedTools | undefined) {
    this.#say = say
    this.#end = end
    this.#tools = tools
  }

  get count(): number {
    return this.#told.size
  }

  /**
   * An item of the model's response as the model wrote it. A call of a made-up name, or one whose arguments are
   * no JSON, is left to Codex: it tells the model, which then tries again.
   */
  written(item: unknown): void {
    const call = functionCall.safeParse(item).data
    const name = this.#tools?.names.fromCodex(call?.name ?? '')
    if (call && name !== undefined && isJson(call.arguments)) this.#tell(call.call_id, name, call.arguments)
  }

  /** Codex wants a call carried out; mostly it has been told before. */
  asked(params: unknown): void {
    const call = question.safeParse(params).data
    if (call)
      this.#tell(
        call.callId,
        this.#tools?.names.fromCodex(call.tool) ?? call.tool,
        JSON.stringify(call.arguments ?? {})
      )
  }

  /** Something is still coming. */
  heard(): void {
    this.#timer?.refresh()
  }

  /** The model's response is complete. */
  settled(): void {
    if (this.count > 0) this.#end()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #tell(id: string, name: string, text: string): void {
    if (this.#told.has(id)) return
    this.#told.add(id)
    this.#say({ type: 'tool.called', call_id: id, name, arguments: text })
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
