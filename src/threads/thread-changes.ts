import { GatewayError } from '../turn/error.ts'
import type { AppServerCalls, CallPlace } from './calls.ts'
import { isThreadGone } from './no-such-thread.ts'
import type { LoadedThreads } from './loaded.ts'
import type { ThreadRecord } from './record.ts'
import type { ThreadStore } from './thread-store.ts'
import type { Threads } from './threads.ts'
import { orUnknownTurn } from './unknown-turn.ts'

export interface ThreadChangesOptions {
  threads: Threads
  calls: AppServerCalls
  store: ThreadStore
  loaded: LoadedThreads
}

/** What can be done to a thread as a whole, while no turn runs on it. */
export class ThreadChanges {
  readonly #options: ThreadChangesOptions

  constructor(options: ThreadChangesOptions) {
    this.#options = options
  }

  /** An archived thread is listed apart, and cannot be used until it is unarchived. */
  async archive(thread: ThreadRecord, archived: boolean, signal: AbortSignal): Promise<ThreadRecord> {
    const { id } = thread
    if (thread.archived === archived) return thread
    return this.#change(thread, signal, async ({ connection }) => {
      this.#options.loaded.take(connection, id) // codex unloads it
      await connection.request(archived ? 'thread/archive' : 'thread/unarchive', { threadId: id })
      this.#options.store.update(id, { archived })
      return { ...thread, archived }
    })
  }

  async setName(thread: ThreadRecord, name: string, signal: AbortSignal): Promise<ThreadRecord> {
    await this.#options.calls.on(thread, signal, ({ connection }) =>
      connection.request('thread/name/set', { threadId: thread.id, name })
    )
    this.#options.store.update(thread.id, { name })
    return { ...thread, name }
  }

  /** Takes a turn and all after it out of the history. What they did to files stays. */
  async revert(thread: ThreadRecord, beforeTurnId: string, signal: AbortSignal): Promise<void> {
    await this.#change(thread, signal, async (place) => {
      await this.#options.threads.load(place, thread)
      const reverted = place.connection.request('thread/revert', { threadId: thread.id, beforeTurnId })
      await orUnknownTurn(reverted, 'beforeTurnId')
    })
  }

  /** Deletes a thread for good. With forks it is a conflict, unless they are to go with it. Returns the ids of what was deleted. */
  async delete(thread: ThreadRecord, forks: boolean, signal: AbortSignal): Promise<string[]> {
    const children = this.#options.store.forksOf(thread.id)
    if (children.length > 0 && !forks) throw hasForks(children)
    const deleted: string[] = []
    for (const child of children) deleted.push(...(await this.delete(child, true, signal)))
    await this.#change(thread, signal, async ({ connection }) => {
      this.#options.loaded.take(connection, thread.id)
      await connection.request('thread/delete', { threadId: thread.id }).catch(unlessGone)
      this.#options.store.delete(thread.id)
    })
    return [...deleted, thread.id]
  }

  #change<T>(thread: ThreadRecord, signal: AbortSignal, action: (place: CallPlace) => Promise<T>): Promise<T> {
    const { threads, calls } = this.#options
    return threads.alone(thread, () => calls.on(thread, signal, action))
  }
}

function hasForks(forks: readonly ThreadRecord[]): GatewayError {
  const ids = forks.slice(0, 10).map(({ id }) => id)
  return new GatewayError(
    'conflict',
    `This thread has forks, which hold on to its history: ${ids.join(', ')}${forks.length > ids.length ? ' and more' : ''}. Delete them first, or with it by '?forks=true'.`
  )
}

function unlessGone(error: unknown): void {
  if (!isThreadGone(error)) throw error
}
