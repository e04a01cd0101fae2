import type { Schema } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

const positionSchema: Schema = {
  module: 'shared',
  steps: ['CREATE TABLE shared_position (journal TEXT PRIMARY KEY, sequence INTEGER NOT NULL)']
}

/** Up to where this store has the entries of a journal, so that a restart reads only what came since. */
export function sharedPosition(store: Store) {
  store.add(positionSchema)
  return {
    read: (journal: string): number =>
      Number(store.use((c) => c.get('SELECT sequence FROM shared_position WHERE journal = ?', journal))?.[0] ?? 0),
    write: (journal: string, sequence: number): void => {
      store.use((c) => c.run('INSERT OR REPLACE INTO shared_position VALUES (?, ?)', journal, sequence))
    }
  }
}
