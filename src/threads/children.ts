import type { Connection } from '../codex/app-server/connection.ts'
import type { TurnObserver } from './observer.ts'

/** Listens to the threads of the subagents of one turn, for as long as it runs. */
export class Children {
  readonly #connection: Connection
  readonly #observe: TurnObserver['child']
  readonly #leave = new Map<string, () => void>()

  constructor(connection: Connection, observe: TurnObserver['child']) {
    this.#connection = connection
    this.#observe = observe
  }

  /** A notification of the turn, which may name such threads. */
  noted(method: string, params: { item?: unknown }): void {
    const observe = this.#observe
    if (observe === undefined || method !== 'item/completed') return
    const { type, receiverThreadIds: ids } = (params.item ?? {}) as { type?: unknown; receiverThreadIds?: unknown }
    if (type !== 'collabAgentToolCall' || !Array.isArray(ids)) return
    for (const id of ids as unknown[]) if (typeof id === 'string' && !this.#leave.has(id)) this.#listen(id, observe)
  }

  leave(): void {
    for (const leave of this.#leave.values()) leave()
  }

  #listen(id: string, observe: NonNullable<TurnObserver['child']>): void {
    const leave = this.#connection.listen(id, {
      notified: (method, params) => observe(id, method, params),
      counted: () => {}, // the root's turn counts it
      called: () => false, // subagents have none of the caller's functions
      lost: () => {}
    })
    this.#leave.set(id, leave)
  }
}
