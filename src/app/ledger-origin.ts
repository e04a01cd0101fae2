import { randomInt } from 'node:crypto'
import { maxOrigin } from '../ledger/ids.ts'
import type { SharedStore } from '../store/shared.ts'
import type { Store } from '../store/store.ts'
import { unusableError } from './shared-claims.ts'

const tries = 100

/**
 * By which number what this process writes to the ledger is known to all front ends: one that a process on the same store had which is
 * gone, or a new one, which nobody else has or had.
 */
export async function takeOrigin(store: Store, shared: Pick<SharedStore, 'claim'>): Promise<number> {
  const free = store.transaction((connection) => {
    const all = connection.all('SELECT origin, mark FROM ledger_origins')
    const found = all.find(([, mark]) => mark === store.presence.id || !store.presence.isAlive(String(mark)))
    const origin = found && Number(found[0])
    if (origin !== undefined)
      connection.run('UPDATE ledger_origins SET mark = ? WHERE origin = ?', store.presence.id, origin)
    return origin
  })
  if (free !== undefined) return free
  const rows = store.use((connection) => connection.all('SELECT DISTINCT origin FROM ledger_groups'))
  const used = new Set(rows.map(([origin]) => Number(origin) / 2))
  for (let index = 0; index < tries; index += 1) {
    const origin = randomInt(1, maxOrigin + 1)
    if ((used.has(origin) && index < tries / 2) || !(await shared.claim(`ledger ${origin}`))) continue
    store.use((connection) => connection.run('INSERT INTO ledger_origins VALUES (?, ?)', origin, store.presence.id))
    return origin
  }
  throw unusableError('no number is left for the ledger of this front end')
}
