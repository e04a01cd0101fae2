// Writes records until it is killed, and tells of each when it is written.
import process from 'node:process'
import { z } from 'zod'
import { Store } from '../../src/store/store.ts'

const [folder, prefix] = process.argv.slice(2)
const schema = z.object({ text: z.string() })
const kind = { name: 'note', version: 1, schema, bounds: { ttlMs: 3_600_000, count: 100_000, bytes: 1e9 } }
const records = new Store({ folder }).records(kind)
for (let count = 0; ; count++) {
  const id = `${prefix}-${count}`
  await records.put(count % 2 ? 'a' : 'b', id, { text: count % 10 ? 'x' : `${id} `.repeat(10_000) })
  process.stdout.write(`${id}\n`)
}
