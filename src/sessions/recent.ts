import type { RecentEvent } from './state.ts'

/** How many are remembered, and characters of a text. */
const limits = { count: 30, preview: 120 }

interface Params {
  item?: { type?: unknown; id?: unknown; status?: unknown; text?: unknown; command?: unknown }
  turn?: { status?: unknown }
}

/** What happened lately in a session, without the pieces of texts. */
export class RecentEvents {
  #events: RecentEvent[] = []

  get all(): readonly RecentEvent[] {
    return this.#events
  }

  add(method: string, params: object): void {
    if (/delta$/i.test(method)) return
    const { item, turn } = params as Params
    this.#events.push({
      at: Date.now(),
      type: 'notification',
      method,
      itemType: textOr(item?.type),
      itemId: textOr(item?.id),
      status: textOr(item?.status) ?? textOr(turn?.status),
      textPreview: (textOr(item?.text) ?? textOr(item?.command) ?? '').slice(0, limits.preview)
    })
    if (this.#events.length > limits.count) this.#events = this.#events.slice(-limits.count)
  }
}

const textOr = (value: unknown) => (typeof value === 'string' ? value : null)
