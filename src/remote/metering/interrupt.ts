import { setTimeout as sleep } from 'node:timers/promises'
import type { SharedAppServer } from '../../workspaces/shared/shared-app-server.ts'
import type { MeteredTurn } from './metered-turn.ts'

/** Tries, and milliseconds between two of them. */
const tries = { count: 100, every: 100 }

/** Ends a turn: one that has only just begun cannot be interrupted yet (codex-cli 0.169). Never rejects. */
export async function interruptTurn(
  server: Pick<SharedAppServer, 'request' | 'runningTurn'>,
  threadId: string,
  turn: Pick<MeteredTurn, 'isEnded' | 'startedId'>
): Promise<void> {
  for (let n = 0; n < tries.count && !turn.isEnded; n++) {
    try {
      const turnId = turn.startedId ?? (await server.runningTurn(threadId))
      if (turnId !== undefined) return void (await server.request('turn/interrupt', { threadId, turnId }))
    } catch {
      // not yet, or app-server is gone, which ends the turn
    }
    await sleep(tries.every)
  }
}
