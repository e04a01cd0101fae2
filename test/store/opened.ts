import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { takeChanges, longTextsOf } from '../../src/store/changes.ts'
import type { Kind } from '../../src/store/kind.ts'
import type { Schema } from '../../src/store/schema.ts'
import type { Change } from '../../src/store/shared.ts'
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

/** What was written to a shared store since the last call, with its texts. */
export async function changesOf(store: Store, schemas: readonly Schema[]): Promise<Change[]> {
  const changes: Change[] = []
  for (const change of takeChanges(store, schemas)) {
    const texts = await longTextsOf(store, change)
    if (texts) changes.push(texts.length > 0 ? { ...change, texts } : change)
  }
  return changes
}

/** Moves the clocks on, until the test is over, without stopping anything that waits: both of them, or only the one that can be set. */
export function later(ms: number, clocks: 'all' | 'settable' = 'all'): void {
  const [date, monotonic] = [Date.now() + ms, performance.now() + ms]
  const spies = [vi.spyOn(Date, 'now').mockImplementation(() => date)]
  if (clocks === 'all') spies.push(vi.spyOn(performance, 'now').mockImplementation(() => monotonic))
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()))
}

/** Changes the database behind the store's back. */
export function tamper(folder: string, sql: string): void {
  const database = new Database(join(folder, 'store.db'))
  database.exec(sql)
  database.close()
}
