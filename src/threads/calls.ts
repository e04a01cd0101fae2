import type { Connection } from '../codex/app-server/connection.ts'
import { TurnQueue } from '../engines/queue.ts'
import { leaseOf } from '../engines/app-server/turn/run.ts'
import type { Workspace, Workspaces } from '../workspaces/workspace.ts'
import { orAway } from './away.ts'
import type { Scope } from './thread-store.ts'

/** Where a call goes. */
export interface CallPlace {
  connection: Connection
  workspace: Workspace
}

/** Calls of app-server that are no turns: so many at once, and at most half of them for one owner. Milliseconds. */
const limits = {
  concurrency: 8,
  queue: 256,
  patience: 30_000,
  perClient: { concurrency: 4, queue: 128 },
  advice: 'Too many calls about threads are under way.'
}

/** Calls of the app-servers on which threads run, each started when it is needed. */
export class AppServerCalls {
  readonly #workspaces: Workspaces
  readonly #queue = new TurnQueue(limits)

  constructor(workspaces: Workspaces) {
    this.#workspaces = workspaces
  }

  /** Rejects with `overloaded` where app-server is away, with `rate_limited` where too much is asked, else with what `action` does. */
  async on<T>(scope: Scope, signal: AbortSignal, action: (place: CallPlace) => Promise<T>): Promise<T> {
    const leave = await this.#queue.enter(scope.owner, signal)
    try {
      const workspace = await this.#workspaces.get(scope.workspace)
      using lease = await orAway(leaseOf(workspace.homes.persistent.appServer, signal))
      return await orAway(action({ connection: lease.connection, workspace }))
    } finally {
      leave()
    }
  }
}
