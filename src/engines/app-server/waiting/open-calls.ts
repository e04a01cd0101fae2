import type { Reply } from '../../../codex/wire/json-rpc.ts'
import type { UserInput } from '../../../turn/request.ts'

/** A call of one of the caller's functions, which codex waits for. `arguments` is JSON as the model wrote it. */
export interface OpenCall {
  id: string
  name: string
  arguments: string
}

/** The calls of one response of the model. Codex asks for each by itself, possibly after the response is complete. */
export class OpenCalls {
  readonly #calls = new Map<string, OpenCall>()
  readonly #asked = new Map<string, (reply: Reply) => void>()
  readonly #replies = new Map<string, Reply>()
  readonly #given = new Set<string>()

  get all(): readonly OpenCall[] {
    return [...this.#calls.values()]
  }

  has(id: string): boolean {
    return this.#calls.has(id)
  }

  /** Whether codex has yet to be given its result. A later response may use the id again. */
  isOpen(id: string): boolean {
    return this.#calls.has(id) && !this.#given.has(id)
  }

  add(call: OpenCall): void {
    this.#calls.set(call.id, call)
  }

  /** Codex asks for the result of a call. */
  asked(id: string, answer: (reply: Reply) => void): void {
    const reply = this.#replies.get(id)
    if (reply) this.#give(id, answer, reply)
    else this.#asked.set(id, answer)
  }

  /** Gives codex the result of a call, now or when it asks for it. */
  answer(id: string, output: readonly UserInput[]): void {
    const reply = { result: { contentItems: contentItemsFrom(output), success: true } }
    const asked = this.#asked.get(id)
    if (asked) this.#give(id, asked, reply)
    else this.#replies.set(id, reply)
  }

  #give(id: string, answer: (reply: Reply) => void, reply: Reply): void {
    this.#given.add(id)
    answer(reply)
  }
}

/** Texts become one, as they do in a history. */
function contentItemsFrom(output: readonly UserInput[]): object[] {
  const texts = output.flatMap((part) => (part.type === 'text' ? part.text : []))
  if (texts.length === output.length) return [{ type: 'inputText', text: texts.filter((text) => text).join('\n') }]
  return output.map((part) =>
    part.type === 'text' ? { type: 'inputText', text: part.text } : { type: 'inputImage', imageUrl: part.url }
  )
}
