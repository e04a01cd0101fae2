import { parts, sequenceOf } from './changes.ts'
import type { Connection } from './connection.ts'
import type { Change } from './shared.ts'

/**
 * Brings parts that were added here into the order in which all gateways get them: behind those that others have added before, though
 * they came later. `changes`: what has just come back. `isAhead`: whether a part of this gateway's is still to come back.
 */
export function orderParts(
  connection: Connection,
  changes: readonly Change[],
  isAhead: (change: Change) => boolean
): void {
  const added = changes.filter(({ table, row }) => table === parts.table && row !== null)
  const names = new Set(added.map(nameOf))
  const isOther = (change: Change) => !names.has(nameOf(change)) && !isAhead(change)
  const overtaken = new Set(added.filter((part) => behind(connection, part).some(isOther)).map(recordOf))
  for (const part of added) if (overtaken.has(recordOf(part))) moveToEnd(connection, part)
}

const recordOf = ({ kind, owner, id }: Change) => JSON.stringify([kind, owner, id])
const nameOf = (part: Change) => JSON.stringify([recordOf(part), part.key])

function behind(connection: Connection, part: Change): Change[] {
  const place = sequenceOf(connection, part) ?? -1
  const sql =
    'SELECT id FROM parts WHERE record = ?1 AND sequence > (SELECT sequence FROM parts WHERE record = ?1 AND id = ?2)'
  return connection.all(sql, place, String(part.key)).map(([key]) => ({ ...part, key: String(key) }))
}

function moveToEnd(connection: Connection, part: Change): void {
  const place = sequenceOf(connection, part) ?? -1
  const [from] = connection.get('SELECT sequence FROM parts WHERE record = ? AND id = ?', place, String(part.key)) ?? []
  if (from === undefined) return
  const blobs = connection.all('SELECT name FROM part_blob_uses WHERE part = ?', Number(from))
  const to = Number(connection.get('SELECT max(sequence) + 1 FROM parts')?.[0])
  connection.run('DELETE FROM part_blob_uses WHERE part = ?', Number(from)) // they name it by its place
  connection.run('UPDATE parts SET sequence = ? WHERE sequence = ?', to, Number(from))
  for (const [name] of blobs) connection.run('INSERT INTO part_blob_uses VALUES (?, ?)', to, String(name))
}
