import type { Connection } from '../store/connection.ts'
import type { Seal } from '../store/seal.ts'
import { secretFrom } from './secret.ts'

const columns = [
  ['webhook_endpoints', 'secret'],
  ['webhook_endpoints', 'former_secret'],
  ['webhook_deliveries', 'secret']
] as const

/** Seals again, with `seal`, the secrets that one of `former` opens. Inside a transaction. */
export function resealSecrets(connection: Connection, former: readonly Seal[], seal: Seal): void {
  for (const [table, column] of columns)
    for (const [sequence, stored] of connection.all(
      `SELECT sequence, ${column} FROM ${table} WHERE ${column} IS NOT NULL`
    )) {
      const secret = secretFrom(former, String(stored))
      if (secret !== undefined)
        connection.run(`UPDATE ${table} SET ${column} = ? WHERE sequence = ?`, seal.seal(secret), Number(sequence))
    }
}
