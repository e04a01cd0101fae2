import type { Connection } from '../store/connection.ts'
import type { LedgerClock } from './clock.ts'
import { groupFields, GroupIds } from './group.ts'
import type { Group } from './group.ts'
import type { LedgerIds } from './ids.ts'
import { PendingSums } from './sums.ts'

/**
 * Ends the turns of processes that are gone. What they had counted stays; the response that was under way is unknown. Inside a
 * transaction. Returns how many there were.
 */
export function sweepKilled(
  connection: Connection,
  isGone: (mark: string) => boolean,
  { dayOf, clock, ids }: { dayOf: (at: number) => number; clock: LedgerClock; ids: LedgerIds }
): number {
  const sums = new PendingSums(dayOf)
  const groups = new GroupIds(ids)
  let ended = 0
  for (const [process, mark, firstTurn] of connection.all(unswept)) {
    if (!isGone(String(mark))) continue
    for (const [turn, group, isCounted] of connection.all(openTurns, Number(firstTurn), Number(process))) {
      const estimate = Number(connection.get(latestResponse, Number(turn))?.[0] ?? 0)
      connection.run(endKilled, clock.now, estimate, Number(turn))
      const own = ownGroup(connection, groups, ids, Number(group))
      sums.add(own, clock.now, { requests: isCounted ? 0 : 1, unknown: 1, estimate })
      ended += 1
    }
    connection.run('UPDATE ledger_processes SET swept = 1 WHERE id = ?', Number(process))
  }
  sums.write(connection)
  return ended
}

/** The group to whose sums the gateway that sweeps may add: those of another one are its own, of several. */
function ownGroup(connection: Connection, groups: GroupIds, ids: LedgerIds, group: number): number {
  if (!ids.isShared) return group
  const values = connection.get(`SELECT ${groupFields.join(', ')} FROM ledger_groups WHERE id = ?`, group) ?? []
  const fields = groupFields.map((field, index) => [field, String(values[index])])
  return groups.of(connection, Object.fromEntries(fields) as Record<keyof Group, string>, true)
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
