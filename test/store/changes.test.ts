import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyChange, applyTableRows } from '../../src/store/apply-changes.ts'
import { watchChanges } from '../../src/store/changes.ts'
import type { Schema } from '../../src/store/schema.ts'
import { changesOf, note, noteKind, opened, storeFolder } from './opened.ts'

const part = { name: 'part', version: 1, schema: note, limits: { count: 5, bytes: 10_000_000 } }
const marks: Schema = {
  module: 'marks',
  steps: [
    `CREATE TABLE marks (record INTEGER, name TEXT, size INTEGER, PRIMARY KEY (record, name));
     CREATE TABLE alone (name TEXT PRIMARY KEY, size INTEGER, mine INTEGER DEFAULT 0);
     CREATE TABLE numbered (record INTEGER, number INTEGER, size INTEGER, PRIMARY KEY (record, number));`
  ],
  shared: [
    { table: 'marks', key: 'name' },
    { table: 'numbered', key: 'number' }
  ],
  rows: [{ table: 'alone', key: ['name'], own: ['mine'] }]
}
const schemas = [marks]

/** A gateway's store, with what it writes for the others. */
async function shared() {
  const folder = await storeFolder()
  const { store } = opened(folder)
  store.add(marks)
  store.use((connection) => watchChanges(connection, schemas))
  const records = store.records(noteKind)
  const mark = (sql: string, ...values: (string | number)[]) =>
    store.use((connection) => connection.run(sql, ...values))
  const files = async () =>
    (await readdir(join(folder, 'blobs'), { recursive: true })).filter((path) => path.length > 2)
  return { store, records, parts: records.parts(part), mark, files, take: () => changesOf(store, schemas) }
}

/** Two stores, and what brings the changes of the first one to the other. */
async function pair() {
  const [one, other] = [await shared(), await shared()]
  const bring = async () => {
    const changes = await one.take()
    for (const change of changes.filter(({ kind }) => kind !== '')) await applyChange(other.store, change, schemas)
    applyTableRows(
      other.store,
      changes.filter(({ kind }) => kind === ''),
      schemas
    )
    return changes
  }
  return { one, other, bring }
}

describe('what one gateway stores', () => {
  it.each(['short', 'x'.repeat(100_000)])('is there for another: new, changed and deleted', async (text) => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text })
    await bring()
    expect(await other.records.get('a', '1')).toEqual({ text })
    await one.records.replace('a', '1', { text: `${text}!` })
    await bring()
    expect(await other.records.get('a', '1')).toEqual({ text: `${text}!` })
    one.records.delete('a', '1')
    await bring()
    expect(await other.records.get('a', '1')).toBeUndefined()
  })

  it('is there once, with its parts, which count among its bytes', async () => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text: 'head' })
    await one.parts.append('a', '1', [
      { id: 'x', value: { text: 'x'.repeat(100_000) } },
      { id: 'y', value: { text: 'y' } }
    ])
    await bring()
    expect(await other.parts.all('a', '1')).toEqual(await one.parts.all('a', '1'))
    one.parts.delete('a', '1', 'x')
    await bring()
    expect(await other.parts.all('a', '1')).toEqual([{ text: 'y' }])
    expect(other.records.entry('a', '1')?.bytes).toBe(one.records.entry('a', '1')?.bytes)
  })

  it('is there with rows that belong to a record, and with those that stand alone', async () => {
    const { one, other, bring } = await pair()
    const rows = (store: typeof one.store) =>
      store.use((connection) => [
        connection.all('SELECT name FROM marks ORDER BY 1'),
        connection.all('SELECT name, size, mine FROM alone ORDER BY 1')
      ])
    await one.records.put('a', '1', { text: 'head' })
    const record = one.store.use((connection) => Number(connection.get('SELECT sequence FROM records')?.[0]))
    for (const name of ['m', 'n']) one.mark('INSERT INTO marks VALUES (?, ?, 1)', record, name)
    for (const name of ['p', 'q']) one.mark('INSERT INTO alone VALUES (?, 1, 5)', name)
    await bring()
    expect(rows(other.store)).toEqual([
      [['m'], ['n']],
      [
        ['p', 1, 0],
        ['q', 1, 0]
      ]
    ])
    one.mark("DELETE FROM marks WHERE name = 'm'")
    one.mark("DELETE FROM alone WHERE name = 'p'")
    one.mark("UPDATE alone SET size = 2 WHERE name = 'q'")
    await bring()
    expect(rows(other.store)).toEqual([[['n']], [['q', 2, 0]]])
  })

  it('is taken once, and what came from another is not sent on', async () => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text: 'one' })
    expect(await bring()).toHaveLength(1)
    expect(await bring()).toEqual([])
    expect(await other.take()).toEqual([])
    await other.records.put('a', '2', { text: 'own' })
    await one.records.put('a', '1', { text: 'two' })
    await bring()
    expect((await other.take()).map(({ id }) => id)).toEqual(['2'])
  })

  it.each(['short', 'x'.repeat(100_000)])('is there with its first use that another learns of', async (text) => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text })
    await one.take()
    one.records.claimHere('a', '1')
    await bring()
    expect([await other.records.get('a', '1'), other.records.claimHere('a', '1')]).toEqual([{ text }, false])
    expect(await one.take()).toEqual([])
  })

  it('is left out where nothing is known of its record', async () => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text: 'head' })
    await one.take()
    await one.parts.append('a', '1', [{ id: 'x', value: { text: 'x' } }])
    const [change] = (await one.take()).filter(({ table }) => table === 'parts')
    await applyChange(other.store, change!, schemas)
    expect([await other.parts.all('a', '1'), await bring()]).toEqual([[], []])
  })

  it('has its long texts with it, which go when nothing names them any more', async () => {
    const { one, other, bring } = await pair()
    const long = (character: string) => ({ text: character.repeat(65_536) })
    await one.records.put('a', '1', long('x'))
    expect(await bring()).toMatchObject([{ texts: ['x'.repeat(65_536)] }])
    await one.records.put('a', '1', long('y'))
    await bring()
    expect([await other.records.get('a', '1'), await other.files()]).toEqual([long('y'), await one.files()])
    await one.parts.append('a', '1', [{ id: 'x', value: long('z') }])
    await bring()
    expect(await other.files()).toHaveLength(2)
    one.records.delete('a', '1')
    await bring()
    expect(await other.files()).toEqual([])
  })

  it('has no texts where it is short, and names its row by text or number', async () => {
    const { one, other, bring } = await pair()
    await one.records.put('a', '1', { text: 'x' })
    expect((await bring()).map((change) => Object.keys(change).sort())).toEqual([['id', 'kind', 'owner', 'row']])
    one.mark('INSERT INTO numbered SELECT sequence, 7, 1 FROM records')
    expect(await bring()).toMatchObject([{ table: 'numbered', key: 7, row: { number: 7 } }])
    expect(other.store.use((connection) => connection.all('SELECT number FROM numbered'))).toEqual([[7]])
    one.mark('DELETE FROM numbered')
    await bring()
    expect(other.store.use((connection) => connection.all('SELECT number FROM numbered'))).toEqual([])
  })

  it('has as many bytes there, however the record and its parts come', async () => {
    const { one, other, bring } = await pair()
    const bytes = () => [one, other].map(({ records }) => records.entry('a', '1')?.bytes)
    await one.records.put('a', '1', { text: 'head' })
    await bring()
    await one.parts.append('a', '1', [{ id: 'x', value: { text: 'x' } }])
    await bring()
    expect(new Set(bytes())).toEqual(
      new Set([JSON.stringify({ text: 'head' }).length + JSON.stringify({ text: 'x' }).length])
    )
    await one.records.put('a', '1', { text: 'longer head' })
    await bring()
    expect(bytes()[1]).toBe(bytes()[0])
  })
})
