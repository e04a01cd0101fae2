import { createHash } from 'node:crypto'
import type { UserInput } from '../../../turn/request.ts'
import { itemsFrom } from '../thread/response-items.ts'
import type { ResponseItem } from '../thread/response-items.ts'

/** A conversation as a hash of what was said and of all that shapes its thread: two of one key could go on in the same thread. */
export class Conversation {
  readonly #hash

  /** `settings`: what must be the same, whatever was said. */
  constructor(settings: unknown, items: readonly ResponseItem[]) {
    this.#hash = createHash('sha256').update(JSON.stringify(settings))
    for (const item of items) this.#add(item)
  }

  get key(): string {
    return this.#hash.copy().digest('base64')
  }

  said(role: 'user' | 'assistant', content: UserInput[]): void {
    for (const item of itemsFrom([{ type: 'message', role, content }])) this.#add(item)
  }

  /** What an assistant said in several messages clients send as several, or as paragraphs of one: by its paragraphs it is the same. */
  #add(item: ResponseItem): void {
    const lines = item['role'] === 'assistant' ? paragraphsOf(item['content'] as { text?: string }[]) : [item]
    for (const line of lines) this.#hash.update(`\n${JSON.stringify(line)}`)
  }
}

function paragraphsOf(content: readonly { text?: string }[]): unknown[] {
  return content.flatMap((part): unknown[] => part.text?.split('\n\n') ?? [part])
}
