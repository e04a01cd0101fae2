import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Store } from '../../src/store/store.ts'
import type { ThreadRecord } from '../../src/threads/record.ts'
import { Tables } from '../../src/store/tables.ts'
import { threadsSchema } from '../../src/threads/schema.ts'
import { ThreadStore } from '../../src/threads/thread-store.ts'
import { TurnStore } from '../../src/threads/turn-store.ts'

const ana = { owner: 'ana', workspace: 'default' }
const hour = 3_600_000

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'threads-'))))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
/** A store with its threads and turns. */
function startStore(fewer = {}) {
  const store = new Store({ folder: join(folder, String(++made)) })
  const tables = new Tables(store, threadsSchema)
  const bounds = { ttlMs: hour, count: 100, ...fewer }
  return { store, threads: new ThreadStore(tables, bounds), turns: new TurnStore(tables, bounds) }
}

const idOf = (number: number) => `01a217f0-0000-7000-8000-${String(number).padStart(12, '0')}`

function record(number: number, more: Partial<ThreadRecord> = {}): ThreadRecord {
  const usedAt = Date.now() - 60_000 + number
  const fresh = { name: null, preview: '', parent: null, archived: false, settings: {}, createdAt: usedAt, usedAt }
  return { id: idOf(number), ...ana, ...fresh, ...more }
}

describe('a thread', () => {
  it('is found by its owner in its workspace, as it was stored', () => {
    const { store, threads } = startStore()
    using _ = store
    const full = record(1, {
      parent: idOf(0),
      provider: 'openai',
      settings: { model: 'm', cwd: 'sub', sandbox: 'read-only' }
    })
    expect(threads.add(full)).toEqual([])
    expect(threads.find(ana, full.id)).toEqual(full)
    expect(threads.find({ ...ana, owner: 'ben' }, full.id)).toBeUndefined()
    expect(threads.find({ ...ana, workspace: 'other' }, full.id)).toBeUndefined()
    threads.update(full.id, { name: 'N', archived: true })
    expect(threads.find(ana, full.id)).toEqual({ ...full, name: 'N', archived: true })
    threads.adopt('ana', 'ben')
    expect(threads.find({ ...ana, owner: 'ben' }, full.id)?.name).toBe('N')
    threads.delete(full.id)
    expect(threads.find({ ...ana, owner: 'ben' }, full.id)).toBeUndefined()
  })

  it('is gone when it has not been used for too long', () => {
    const { store, threads } = startStore()
    using _ = store
    threads.add(record(1, { usedAt: Date.now() - 2 * hour }))
    expect(threads.find(ana, idOf(1))).toBeUndefined()
    expect(threads.list(ana, { archived: false, limit: 5 })).toEqual({ threads: [] })
  })

  it('goes for a new one of its owner’s when there are too many, and never for one who has more', () => {
    const { store, threads } = startStore({ count: 4 })
    using _ = store
    threads.add(record(1, { owner: 'ben' }))
    for (const number of [2, 3, 4]) threads.add(record(number))
    expect(threads.add(record(5)).map(({ id }) => id)).toEqual([idOf(2)])
    expect(threads.find({ ...ana, owner: 'ben' }, idOf(1))).toBeDefined()
  })
})

describe('a list of threads', () => {
  it('is in pages, however they are used meanwhile, and can be searched', () => {
    const { store, threads } = startStore()
    using _ = store
    for (let number = 0; number < 7; number++)
      threads.add(
        record(number, { preview: `word-${number} 100%`, name: number === 3 ? 'A_name' : null, usedAt: Date.now() })
      )
    threads.add(record(8, { archived: true }))
    const all: string[] = []
    let cursor: string | undefined
    do {
      const page = threads.list(ana, { archived: false, limit: 3, cursor })
      all.push(...page.threads.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== undefined)
    expect(all.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6].map(idOf))
    const search = (text: string) =>
      threads.list(ana, { archived: false, limit: 9, search: text }).threads.map(({ id }) => id)
    expect(search('WORD-5')).toEqual([idOf(5)])
    expect(search('a_n')).toEqual([idOf(3)])
    expect([search('a.n'), search('%'), search("' OR 1")].map((found) => found.length)).toEqual([0, 7, 0])
    expect(threads.list(ana, { archived: true, limit: 9 }).threads.map(({ id }) => id)).toEqual([idOf(8)])
  })

  it('of 10,000 takes at most 15 ms of CPU time', () => {
    const { store, threads } = startStore({ count: 20_000 })
    using _ = store
    threads.add(record(0))
    store.use((connection) =>
      connection.execute(
        `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 10000)
         INSERT INTO threads SELECT 'id-' || number, iif(number % 10 = 0, 'ben', owner), workspace, NULL,
           'The message of thread ' || number, NULL, 0, NULL, settings, NULL, created_at, used_at + number
         FROM numbers, threads`
      )
    )
    expect(threads.list(ana, { archived: false, limit: 10_001 }).threads).toHaveLength(9_001)
    const times = Array.from({ length: 60 }, (_unused, index) => {
      const search = index % 2 === 0 ? undefined : `thread ${index}`
      const began = process.cpuUsage()
      threads.list(ana, { archived: false, limit: 100, search })
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1000
    })
    expect(times.toSorted((one, other) => one - other)[57]).toBeLessThan(15)
  })
})

describe('a turn', () => {
  it('is stored from its beginning to its end, with its thread, whose owner finds it', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1, { usedAt: Date.now() - 60_000 }))
    const turn = { id: 'turn-1', thread: idOf(1), worker: 'w', startedAt: Date.now() }
    turns.begin(turn, { preview: 'Hi', settings: { model: 'm' } })
    expect(turns.find(ana, 'turn-1')).toEqual({ ...turn, status: 'inProgress', error: null, endedAt: null })
    expect(turns.find({ ...ana, owner: 'ben' }, 'turn-1')).toBeUndefined()
    turns.end({ id: 'turn-1', status: 'failed', error: { code: 'timeout', message: 'm' } })
    expect(turns.find(ana, 'turn-1')).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
    turns.begin({ ...turn, id: 'turn-2' }, { preview: 'Later', settings: {} })
    expect(threads.find(ana, idOf(1))).toMatchObject({ preview: 'Hi', settings: {} })
    threads.delete(idOf(1))
    expect(turns.find(ana, 'turn-1')).toBeUndefined()
  })

  it('is gone some turns after it ended longer ago than a thread lives', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1))
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const begin = (id: number) =>
      turns.begin(
        { id: `turn-${id}`, thread: idOf(1), worker: 'w', startedAt: Date.now() },
        { preview: '', settings: {} }
      )
    for (const number of numbers) begin(number)
    for (const number of numbers.slice(5)) turns.end({ id: `turn-${number}`, status: 'completed', error: null })
    const old = Date.now() - 2 * hour
    store.use((connection) => connection.run('UPDATE thread_turns SET ended_at = ? WHERE ended_at > 0', old))
    for (const number of [12, 13]) begin(number)
    const left = [...numbers, 12, 13].filter((number) => turns.find(ana, `turn-${number}`) !== undefined)
    expect(left).toEqual([0, 1, 2, 3, 4, 12, 13]) // of those before nobody knows how they ended
  })

  it('holds its thread against other gateways, unless its own is gone', () => {
    const { store, threads, turns } = startStore()
    using _ = store
    threads.add(record(1))
    const [isLost, lives] = [() => true, () => false]
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(false)
    expect(turns.claim(idOf(1), 'two', isLost)).toBe(true)
    turns.free(idOf(1))
    expect(turns.claim(idOf(1), 'one', lives)).toBe(true)
    const ended = { id: 'turn-1', status: 'completed', error: null } as const
    turns.begin({ id: 'turn-1', thread: idOf(1), worker: 'one', startedAt: 1 }, { preview: '', settings: {} })
    turns.end(ended)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(false)
    turns.end(ended, true)
    expect(turns.claim(idOf(1), 'two', lives)).toBe(true)
  })
})
