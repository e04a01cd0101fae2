import type { Entry, View } from './types.ts'

/** A view that changes by a batch of events. What it began from stays as it was, and so do the entries that did not change. */
export class Draft {
  view: View
  readonly #entries: Entry[]
  readonly #places: Map<string, number>

  constructor(view: View) {
    this.view = view
    this.#entries = [...view.entries]
    this.#places = new Map(view.entries.map(({ key }, index) => [key, index]))
  }

  set(change: Partial<View>): void {
    this.view = { ...this.view, ...change }
  }

  entry(key: string): Entry | undefined {
    const place = this.#places.get(key)
    return place === undefined ? undefined : this.#entries[place]
  }

  /** In the place of the one with its key, else at the end. */
  put(entry: Entry): void {
    const place = this.#places.get(entry.key) ?? this.#entries.length
    this.#entries[place] = entry
    this.#places.set(entry.key, place)
  }

  remove(key: string): void {
    const rest = this.#entries.filter((entry) => entry.key !== key)
    this.replaceAll(rest)
  }

  replaceAll(entries: readonly Entry[]): void {
    this.#entries.splice(0, Infinity, ...entries)
    this.#places.clear()
    for (const [index, { key }] of this.#entries.entries()) this.#places.set(key, index)
  }

  finished(): View {
    return { ...this.view, entries: this.#entries }
  }
}
