import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'

/** A connection to app-server on which is seen what happens in threads. */
export interface Source {
  /** Whether this thread's events come here. */
  hears(threadId: string): boolean
  /** Shows a sentence to who is at the other end, if anybody is. */
  warn(sentence: string): void
}

/** The connections to one app-server: those of its clients, and the gateway's own for threads that no client has open. */
export class Sources {
  readonly #server: Pick<SharedAppServer, 'request' | 'active'>
  readonly #clients = new Set<Source>()
  readonly #own = new Set<string>()
  /** The gateway's own. */
  readonly own: Source = { warn: () => {}, hears: (threadId) => this.#own.has(threadId) }

  constructor(server: Pick<SharedAppServer, 'request' | 'active'>) {
    this.#server = server
  }

  add(client: Source): void {
    this.#clients.add(client)
  }

  delete(client: Source): void {
    this.#clients.delete(client)
  }

  /** Whether one of them hears a thread, besides this one. */
  hear(threadId: string, except?: Source): boolean {
    return [...this.#clients, this.own].some((source) => source !== except && source.hears(threadId))
  }

  /** From now on the gateway hears the thread itself. False where it cannot: one that is not stored cannot be resumed (codex-cli 0.169). */
  async follow(threadId: string): Promise<boolean> {
    try {
      await this.#server.request('thread/resume', { threadId, excludeTurns: true })
    } catch {
      return false
    }
    this.#own.add(threadId)
    return true
  }

  /** The gateway hears the thread no longer, so that app-server can unload it. */
  unfollow(threadId: string): void {
    if (this.#own.delete(threadId)) void this.#server.request('thread/unsubscribe', { threadId }).catch(() => {})
  }

  warn(threadId: string, sentence: string): void {
    for (const client of this.#clients) if (client.hears(threadId)) client.warn(sentence)
  }
}
