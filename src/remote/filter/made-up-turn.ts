import { randomUUID } from 'node:crypto'

/** A turn that codex does not run, as a client sees it begin and end. `now`: Unix seconds. */
export function madeUpTurn(): { now: number; begun: { id: string } & Record<string, unknown> } {
  const now = Math.floor(Date.now() / 1000)
  const begun = {
    ...{ id: randomUUID(), rootTurnId: null, items: [], itemsView: 'notLoaded', error: null, startedAt: now },
    ...{ status: 'inProgress', completedAt: null, durationMs: null }
  }
  return { now, begun }
}
