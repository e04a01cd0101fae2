import { modelsOn } from '../../codex/app-server/models.ts'
import { contracted } from '../../turn/contract.ts'
import type { Abilities, Engine } from '../../turn/engine.ts'
import type { Workspaces } from '../../workspaces/workspace.ts'
import { lastMessageOnly } from '../last-message.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { runAppServerTurn } from './turn/run.ts'
import { WaitingTurns } from './waiting/waiting-turns.ts'
import { ThreadPool } from './warm/thread-pool.ts'

export interface AppServerEngineOptions {
  workspaces: Workspaces
  /** Idle threads that stay loaded on each app-server, for their conversations to continue. */
  warmThreads: number
  /** Turns that may wait for the results of their calls. `lifeMs`: how long one may, in milliseconds; ten minutes, when left out. */
  waitingTurns: { count: number; lifeMs?: number | undefined }
}

/** Milliseconds that a thread may be idle: about as long as a provider's prompt cache stores it. */
const warmLife = 600_000

/** What only this engine can do. */
export const appServerAbilities: Abilities = {
  tools: true,
  reasoning: true,
  searchPlaces: true,
  folders: true,
  commandEnv: true,
  limitTimes: true
}

/**
 * Runs turns on the app-servers of the workspaces, which are theirs and not the engine's to end: text comes as tokens,
 * history goes in as items, and the caller's functions are tools.
 */
export function createAppServerEngine({ workspaces, warmThreads, waitingTurns }: AppServerEngineOptions): Engine {
  const parts = {
    workspaces,
    pool: new ThreadPool({ count: warmThreads, lifeMs: warmLife }),
    waiting: new WaitingTurns({ count: waitingTurns.count, lifeMs: waitingTurns.lifeMs ?? warmLife })
  }
  const oneAtATime = new OneAtATime()
  return {
    name: 'app-server',
    can: appServerAbilities,
    run: contracted((request, signal) => {
      const events = oneAtATime.run(request, runAppServerTurn(parts, request, signal))
      return request.outputSchema ? lastMessageOnly(events) : events
    }),
    release: (isOwner) => parts.waiting.release(isOwner),
    async models(workspace) {
      const { homes } = await workspaces.get(workspace)
      using lease = await homes.ephemeral.appServer.lease()
      return await modelsOn(lease.connection)
    },
    async [Symbol.asyncDispose]() {}
  }
}
