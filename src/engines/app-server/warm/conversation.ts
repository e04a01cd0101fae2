import { createHash } from 'node:crypto'
import type { UserInput } from '../../../turn/request.ts'
import { canonicalArguments } from '../waiting/arguments.ts'
import { responseItemsFrom } from '../thread/response-items.ts'
import type { ResponseItem } from '../thread/response-items.ts'

/** A conversation as a hash of its messages and of all that shapes its thread: two of one key could continue in the same thread. */
export class Conversation {
  readonly #hash

  /** `settings`: what must be equal beside the messages. */
  constructor(settings: unknown, items: readonly ResponseItem[]) {
    this.#hash = createHash('sha256').update(JSON.stringify(settings))
    this.addAll(items)
  }

  get key(): string {
    return this.#hash.copy().digest('base64')
  }

  add(role: 'user' | 'assistant', content: UserInput[]): void {
    this.addAll(responseItemsFrom([{ type: 'message', role, content }]))
  }

  addAll(items: readonly ResponseItem[]): void {
    for (const item of items) this.#hashItem(item)
  }

  /** Several messages of an assistant are sent back by clients as several, or as paragraphs of one: hashed by paragraph they are equal. */
  #hashItem(item: ResponseItem): void {
    if (item.type === 'reasoning') return // the thread has it, whether its client sends it back or not
    const lines =
      item['role'] === 'assistant' ? paragraphsOf(item['content'] as { text?: string }[]) : [canonical(item)]
    for (const line of lines) this.#hash.update(`\n${JSON.stringify(line)}`)
  }
}

/** Clients parse a call's arguments and write them again in their own way. */
function canonical(item: ResponseItem): ResponseItem {
  const text = item['arguments']
  return typeof text === 'string' ? { ...item, arguments: canonicalArguments(text) } : item
}

function paragraphsOf(content: readonly { text?: string }[]): unknown[] {
  return content.flatMap((part): unknown[] => part.text?.split('\n\n') ?? [part])
}
