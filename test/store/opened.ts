import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Kind } from '../../src/store/kind.ts'
import { Store } from '../../src/store/store.ts'

export const note = z.object({ text: z.string(), after: z.string().nullable().optional() })
export type Note = z.output<typeof note>

export const bounds = { ttlMs: 60_000, count: 100, bytes: 100_000_000 }
export const noteKind: Kind<Note> = {
  name: 'note',
  version: 1,
  schema: note,
  bounds,
  parentOf: ({ after }) => after ?? null
}

/** A folder for a store, which is deleted when the test is over. */
export async function storeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'gateway')
}

/** A store in `folder` with the lines it would log. Closed when the test is over. */
export function opened(folder: string): { store: Store; lines: { message: string; [field: string]: unknown }[] } {
  const lines: { message: string }[] = []
  const store = new Store({ folder, warn: (fields, message) => lines.push({ ...fields, message }) })
  onTestFinished(() => store[Symbol.dispose]())
  return { store, lines }
}

/** Changes the database behind the store's back. */
export function tamper(folder: string, sql: string): void {
  const database = new Database(join(folder, 'store.db'))
  database.exec(sql)
  database.close()
}
