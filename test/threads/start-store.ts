import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { Store } from '../../src/store/store.ts'
import type { ThreadRecord } from '../../src/threads/record.ts'
import { Tables } from '../../src/store/tables.ts'
import { threadsSchema } from '../../src/threads/schema.ts'
import { ThreadStore } from '../../src/threads/thread-store.ts'
import { TurnStore } from '../../src/threads/turn-store.ts'

export const ana = { owner: 'ana', workspace: 'default' }
export const hour = 3_600_000

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'threads-'))))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
/** A store with its threads and turns. */
export function startStore(fewer = {}) {
  const store = new Store({ folder: join(folder, String(++made)) })
  const tables = new Tables(store, threadsSchema)
  const bounds = { ttlMs: hour, count: 100, ...fewer }
  return { store, threads: new ThreadStore(tables, bounds), turns: new TurnStore(tables, bounds) }
}

export const idOf = (number: number) => `01a217f0-0000-7000-8000-${String(number).padStart(12, '0')}`

export function record(number: number, more: Partial<ThreadRecord> = {}): ThreadRecord {
  const usedAt = Date.now() - 60_000 + number
  const fresh = { name: null, preview: '', parent: null, archived: false, settings: {}, createdAt: usedAt, usedAt }
  return { id: idOf(number), ...ana, ...fresh, ...more }
}
