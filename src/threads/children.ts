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

  /** A notification of the turn, or of a subagent of it, which may name such threads. */
  noted(method: string, params: { item?: unknown }): void {
    const observe = this.#observe
    if (observe === undefined || (method !== 'item/started' && method !== 'item/completed')) return
    for (const id of threadsIn(params.item)) if (!this.#leave.has(id)) this.#listen(id, observe)
  }

  leave(): void {
    for (const leave of this.#leave.values()) leave()
  }

  #listen(id: string, observe: NonNullable<TurnObserver['child']>): void {
    const leave = this.#connection.listen(id, {
      notified: (method, params) => {
        observe(id, method, params)
        this.noted(method, params)
      },
      counted: () => {}, // the root's turn counts it
      called: () => false, // subagents have none of the caller's functions
      lost: () => {}
    })
    this.#leave.set(id, leave)
  }
}

/** The threads of subagents that an item names: in the first and in the second version of codex's tools for them (codex-cli 0.169). */
function threadsIn(item: unknown): string[] {
  const { type, receiverThreadIds: ids, agentThreadId: id } = (item ?? {}) as Record<string, unknown>
  const named = type === 'collabAgentToolCall' && Array.isArray(ids) ? (ids as unknown[]) : []
  return [...named, type === 'subAgentActivity' ? id : undefined].filter((one) => typeof one === 'string')
}
