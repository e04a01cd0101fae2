import { z } from 'zod'

/** One message of an entry, which may be larger than a message. */
export const piece = z.object({ id: z.string(), index: z.number(), count: z.number(), text: z.string() })
type Piece = z.output<typeof piece>

/** Milliseconds after which an entry stays without its end: its sender is gone. */
const patience = 60_000

/** Entries of the journal of which not all pieces have come. */
export class OpenEntries {
  readonly #open = new Map<string, { texts: string[]; first: number; at: number }>()

  /** The text of the entry, when this is the last of its pieces. `sequence`: its number in the journal. */
  add({ id, index, count, text }: Piece, sequence: number): string | undefined {
    if (count === 1) return text
    const entry = this.#open.get(id) ?? { texts: [], first: sequence, at: performance.now() }
    if (entry.texts.length !== index) return undefined // its beginning is gone
    this.#open.set(id, entry)
    entry.texts.push(text)
    if (entry.texts.length < count) return undefined
    this.#open.delete(id)
    return entry.texts.join('')
  }

  /** The number of the first piece of all that are open; `otherwise` where none is. */
  first(otherwise: number): number {
    let first = otherwise
    for (const [id, entry] of this.#open)
      if (performance.now() - entry.at > patience) this.#open.delete(id)
      else first = Math.min(first, entry.first)
    return first
  }
}
