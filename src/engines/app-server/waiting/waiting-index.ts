import type { OpenTurn, WaitingKey } from './open-turn.ts'

/** A turn that waits for its client, and what it is found by. */
export interface WaitingTurn extends WaitingKey {
  turn: OpenTurn
  owner: string
  /** What that response says beside its calls. */
  text: string
  timer: NodeJS.Timeout
}

/** The turns that wait, the one that has waited longest first; found by a call's id, and by conversation. */
export class WaitingIndex {
  readonly #all = new Set<WaitingTurn>()
  readonly #byKey = new Map<string, Set<WaitingTurn>>()

  get all(): ReadonlySet<WaitingTurn> {
    return this.#all
  }

  /** Several of one owner's where the model reuses ids. */
  withCall(owner: string, id: string): WaitingTurn[] {
    return [...(this.#byKey.get(callKey(owner, id)) ?? [])]
  }

  /** For clients that give calls ids of their own. */
  inConversation(owner: string, key: WaitingKey): WaitingTurn[] {
    return [...(this.#byKey.get(conversationKey(owner, key)) ?? [])]
  }

  add(waiting: WaitingTurn): void {
    this.#all.add(waiting)
    for (const key of keysOf(waiting)) this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(waiting))
  }

  delete(waiting: WaitingTurn): void {
    this.#all.delete(waiting)
    for (const key of keysOf(waiting)) {
      const found = this.#byKey.get(key)
      found?.delete(waiting)
      if (found?.size === 0) this.#byKey.delete(key)
    }
  }
}

function keysOf(waiting: WaitingTurn): string[] {
  return [
    conversationKey(waiting.owner, waiting),
    ...waiting.turn.calls.all.map(({ id }) => callKey(waiting.owner, id))
  ]
}

const callKey = (owner: string, id: string) => JSON.stringify([owner, id])
const conversationKey = (owner: string, { settings, conversation }: WaitingKey) =>
  JSON.stringify([owner, settings, conversation])
