import type { Ask } from '../../wire/messages.ts'

/** Requests whose pieces come at once, and pieces of one. */
const most = { asks: 64, pieces: 1_024 }
/** Milliseconds that pieces wait for the others. */
const patience = 30_000

/** Puts the pieces of requests together, each of which is answered before the next one is sent. */
export class Asks {
  readonly #open = new Map<string, { pieces: string[]; at: number }>()

  /** The text of a request, when this is its last piece. Throws where there are too many. */
  take({ id, index, count, text }: Ask): string | undefined {
    if (count === 1) return text
    const now = performance.now()
    for (const [other, { at }] of this.#open) if (now - at > patience) this.#open.delete(other)
    if (index === 0 && this.#open.size < most.asks) this.#open.set(id, { pieces: [], at: now })
    const ask = this.#open.get(id)
    if (!ask || ask.pieces.length !== index || count > most.pieces) throw new Error('a piece of a request is missing')
    ask.at = now
    ask.pieces.push(text)
    if (ask.pieces.length < count) return undefined
    this.#open.delete(id)
    return ask.pieces.join('')
  }
}
