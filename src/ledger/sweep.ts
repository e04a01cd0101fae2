import type { Connection } from '../store/connection.ts'
import type { Presence } from '../store/presence.ts'
import type { LedgerClock } from './clock.ts'
import { PendingSums } from './sums.ts'

/**
 * Ends the turns of processes that are gone. What they had counted stays; the response that was under way is unknown. Inside a
 * transaction. Returns how many there were.
 */
export function sweepKilled(
  connection: Connection,
  presence: Pick<Presence, 'isAlive'>,
  dayOf: (at: number) => number,
  clock: LedgerClock
): number {
  const sums = new PendingSums(dayOf)
  let ended = 0
  for (const [process, mark, firstTurn] of connection.all(unswept)) {
    if (presence.isAlive(String(mark))) continue
    for (const [turn, group, isCounted] of connection.all(openTurns, Number(firstTurn), Number(process))) {
      const estimate = Number(connection.get(latestResponse, Number(turn))?.[0] ?? 0)
      connection.run(endKilled, clock.now, estimate, Number(turn))
      sums.add(Number(group), clock.now, { requests: isCounted ? 0 : 1, unknown: 1, estimate })
      ended += 1
    }
    connection.run('UPDATE ledger_processes SET swept = 1 WHERE id = ?', Number(process))
  }
  sums.write(connection)
  return ended
}

/** Nothing is left of this process, which ends. */
export function noteSwept(connection: Connection, mark: string): void {
  connection.run('UPDATE ledger_processes SET swept = 1 WHERE mark = ?', mark)
}

const unswept = 'SELECT id, mark, first_turn FROM ledger_processes WHERE swept = 0'
const openTurns = 'SELECT id, grp, reserved > 0 FROM ledger_turns WHERE id >= ? AND ended_at IS NULL AND process = ?'
const latestResponse = 'SELECT input + output FROM ledger_responses WHERE turn = ? ORDER BY at DESC LIMIT 1'
const endKilled = `UPDATE ledger_turns SET ended_at = ?, end = 'killed', unknown = unknown + 1, estimate = estimate + ?
  WHERE id = ? AND ended_at IS NULL`
