import { describe, expect, it } from 'vitest'
import { ana, hour, idOf, record, startStore } from './start-store.ts'

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
