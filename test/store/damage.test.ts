import { existsSync } from 'node:fs'
import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection, moveAside } from '../../src/store/connection.ts'
import { migrate, recordsSchema } from '../../src/store/schema.ts'
import { note, noteKind, opened, storeFolder, tamper } from './opened.ts'

describe('a record that cannot be read is not found, and a line in the log', () => {
  it.each([
    ['cut off', `body = '{"half":'`],
    ['of another shape', `body = '{"resource":{}}'`],
    ['of a newer version', 'version = 2'],
    ['of a version that nothing upgrades', 'version = 0'],
    ['of NUL bytes', `body = CAST(x'00000000' AS TEXT)`],
    ['not UTF-8', `body = CAST(x'7b22ff22' AS TEXT)`],
    ['a blob', `body = x'7b7d'`],
    ['with blobs that are none', `blobs = '[{"path":"x"}]'`],
    ['with a blob that is gone', `blobs = '[{"path":["text"],"name":"${'0'.repeat(64)}"}]'`],
    ['with a blob that has no place', `blobs = '[{"path":["__proto__","x"],"name":"${'0'.repeat(64)}"}]'`]
  ])('%s', async (_title, change) => {
    const folder = await storeFolder()
    const { store, lines } = opened(folder)
    const records = store.records(noteKind)
    for (const id of ['1', '2']) await records.put('a', id, { text: id })
    tamper(folder, `UPDATE records SET ${change} WHERE id = '1'`)
    expect(await records.get('a', '1')).toBeUndefined()
    expect(lines).toMatchObject([
      { kind: 'note', record: '1', message: expect.stringContaining('cannot be read') as string }
    ])
    expect(await records.get('a', '2')).toEqual({ text: '2' })
  })
})

it('the log names what is wrong with a record, and nothing that is in it', async () => {
  const folder = await storeFolder()
  const { store, lines } = opened(folder)
  await store.records(noteKind).put('a', '1', { text: 'one' })
  for (const body of ['{"text":7,"after":8}', '[]', '{"secret":']) {
    tamper(folder, `UPDATE records SET body = '${body}'`)
    await store.records(noteKind).get('a', '1')
  }
  expect(lines.map(({ cause }) => cause)).toEqual(['wrong at text', 'wrong at its root', 'it is not JSON'])
})

it('a record of an older version is read by its upgrades', async () => {
  const folder = await storeFolder()
  await opened(folder).store.records(noteKind).put('a', '1', { text: 'x' })
  const upgrades = {
    1: (old: unknown) => ({ ...(old as object), after: '1' }),
    2: (old: unknown) => ({ ...(old as object), text: 'y' })
  }
  const newer = opened(folder).store.records({ ...noteKind, version: 3, upgrades })
  expect(await newer.get('a', '1')).toEqual({ text: 'y', after: '1' })
})

it('a database that a newer gateway made is left as it is, and not used', async () => {
  const folder = await storeFolder()
  await opened(folder).store.records(noteKind).put('a', '1', { text: 'one' })
  tamper(folder, `UPDATE modules SET version = 99`)
  const { store } = opened(folder)
  for (let time = 0; time < 2; time++)
    expect(() => store.check()).toThrow(expect.objectContaining({ code: 'overloaded' }) as Error)
  tamper(folder, `UPDATE modules SET version = ${recordsSchema.steps.length}`)
  expect(await opened(folder).store.records(noteKind).get('a', '1')).toEqual({ text: 'one' })
})

it('a database that an older gateway made gets the tables that it lacks', async () => {
  const folder = await storeFolder()
  const old = new Connection(join(folder, 'store.db'))
  migrate(old, { ...recordsSchema, steps: recordsSchema.steps.slice(0, 1) })
  old.run(
    `INSERT INTO records (kind, owner, id, version, body, bytes, created_at, used_at)
     VALUES ('note', 'a', '1', 1, '{"text":"one"}', 14, ?1, ?1)`,
    Date.now()
  )
  old.close()
  const records = opened(folder).store.records(noteKind)
  expect(await records.get('a', '1')).toEqual({ text: 'one' })
  const parts = records.parts({ name: 'part', version: 1, schema: note, limits: { count: 1, bytes: 100 } })
  expect(await parts.append('a', '1', [{ id: '1', value: { text: 'part' } }])).toBe('added')
})

describe('a database that is damaged is moved aside, and a new one made', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['no database', (path) => writeFile(path, 'no database at all'.repeat(1_000))],
    ['cut off', (path) => truncate(path, 5_000)],
    ['with a page of noise', (path) => writeFile(path, Buffer.alloc(30_000, 7), { flag: 'r+' })]
  ])('%s: at the start', async (_title, damage) => {
    const folder = await storeFolder()
    const path = join(folder, 'store.db')
    const before = opened(folder).store
    await before.records(noteKind).put('a', '1', { text: 'one' })
    before[Symbol.dispose]()
    await rm(`${path}-wal`, { force: true })
    await damage(path)
    const { store, lines } = opened(folder)
    store.check()
    expect(lines).toMatchObject([{ file: expect.stringContaining('store.db.damaged-') as string }])
    expect(await readdir(folder)).toContainEqual(expect.stringContaining('store.db.damaged-'))
    const records = store.records(noteKind)
    expect(await records.get('a', '1')).toBeUndefined()
    await records.put('a', '2', { text: 'two' })
    expect(await records.get('a', '2')).toEqual({ text: 'two' })
  })

  it('by one of the gateways that share it: the other uses the new one', async () => {
    const folder = await storeFolder()
    const [one, other] = [opened(folder), opened(folder)]
    const [first, second] = [one.store.records(noteKind), other.store.records(noteKind)]
    await first.put('a', '1', { text: 'one' })
    expect(await second.get('a', '1')).toEqual({ text: 'one' })
    moveAside(join(folder, 'store.db'))
    opened(folder).store.check()
    await first.put('a', '2', { text: 'two' })
    expect(await second.get('a', '2')).toEqual({ text: 'two' })
    expect([one.lines, other.lines]).toEqual([[], []])
  })
})

it('a folder that is deleted while the gateway runs is made again', async () => {
  const folder = await storeFolder()
  const records = opened(folder).store.records(noteKind)
  await records.put('a', '1', { text: 'x'.repeat(100_000) })
  await rm(folder, { recursive: true })
  expect(await records.get('a', '1')).toBeUndefined()
  await records.put('a', '2', { text: 'y'.repeat(100_000) })
  expect(existsSync(join(folder, 'store.db'))).toBe(true)
  expect(await opened(folder).store.records(noteKind).get('a', '2')).toEqual({ text: 'y'.repeat(100_000) })
})

it('a gateway whose folder is deleted gets a new mark, which others find', async () => {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const { id } = store.presence
  expect(store.presence.id).toBe(id)
  await rm(folder, { recursive: true })
  const marks = [id, store.presence.id]
  expect(marks[1]).not.toBe(id)
  expect(marks.map((mark) => opened(folder).store.presence.isAlive(mark))).toEqual([false, true])
})

it('a full disk is `overloaded`, and what was stored is still there', async () => {
  const { store, lines } = opened(await storeFolder())
  const records = store.records(noteKind)
  await records.put('a', '1', { text: 'one' })
  store.use((connection) => connection.get('PRAGMA max_page_count = 40'))
  const filled = async () => {
    for (let id = 2; id < 100; id++) await records.put('a', String(id), { text: 'x'.repeat(10_000) })
  }
  await expect(filled()).rejects.toMatchObject({ name: 'GatewayError', code: 'overloaded', retryAfter: 5 })
  expect([await records.get('a', '1'), lines]).toEqual([{ text: 'one' }, []])
})

it('a place that cannot be written is `overloaded`', async () => {
  const folder = await storeFolder()
  await writeFile(folder, 'a file where the folder should be')
  const { store } = opened(folder)
  expect(() => store.check()).toThrow(expect.objectContaining({ code: 'overloaded' }) as Error)
})

it('modules have tables of their own in the same file, brought up to date step by step', async () => {
  const { store } = opened(await storeFolder())
  const steps = ['CREATE TABLE ledger (owner TEXT, tokens INTEGER)', 'ALTER TABLE ledger ADD COLUMN model TEXT']
  store.use((connection) => migrate(connection, { module: 'ledger', steps: steps.slice(0, 1) }))
  store.add({ module: 'ledger', steps })
  const charge = (fails: boolean) =>
    store.transaction((connection) => {
      connection.run('INSERT INTO ledger VALUES (?, ?, ?)', 'a', 7, 'gpt-test')
      if (fails) throw new Error('no')
    })
  charge(false)
  expect(() => charge(true)).toThrow('no')
  expect(store.use((connection) => connection.all('SELECT * FROM ledger'))).toEqual([['a', 7, 'gpt-test']])
})
