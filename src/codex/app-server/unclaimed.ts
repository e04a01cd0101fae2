interface Notification {
  threadId: string
  method: string
  params: object
}

/** How many are remembered, of all threads together. */
const most = 256

/**
 * The last notifications of turns on threads that nobody listens to. A thread that codex has made for a subagent is named only when the
 * call that made it is complete, and its turn begins before (codex-cli 0.169).
 */
export class Unclaimed {
  #notifications: Notification[] = []

  add(notification: Notification): void {
    if (!/^(?:turn|item)\//.test(notification.method)) return
    this.#notifications.push(notification)
    if (this.#notifications.length > most) this.#notifications = this.#notifications.slice(-most / 2)
  }

  /** Those of a thread, which are forgotten. */
  take(threadId: string): Notification[] {
    const taken = this.#notifications.filter((one) => one.threadId === threadId)
    if (taken.length > 0) this.#notifications = this.#notifications.filter((one) => one.threadId !== threadId)
    return taken
  }
}
