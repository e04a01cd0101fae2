import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Records } from '../../src/store/records.ts'
import { bounds, later, noteKind, opened, storeFolder, tamper } from './opened.ts'
import type { Note } from './opened.ts'

const idsOf = (records: Records<Note>, owner: string) =>
  records.list(owner, { order: 'asc' }).entries.map(({ id }) => id)
const image = (character: string) => character.repeat(100_000)
const files = async (folder: string) =>
  (await readdir(join(folder, 'blobs'), { recursive: true })).filter((path) => path.length > 2)

describe('the bounds of a kind', () => {
  it.each([
    ['number', { count: 4 }],
    ['size', { bytes: 4 * JSON.stringify({ text: 'x' }).length }]
  ])('in %s: the owner who has the most loses the longest unused', async (_title, bound) => {
    const records = opened(await storeFolder()).store.records({ ...noteKind, bounds: { ...bounds, ...bound } })
    await records.put('b', '0', { text: 'x' })
    for (let id = 1; id <= 50; id++) await records.put('a', String(id), { text: 'x' })
    expect([idsOf(records, 'a'), idsOf(records, 'b')]).toEqual([['48', '49', '50'], ['0']])
    for (let id = 1; id <= 50; id++) await records.put('b', String(id), { text: 'x' })
    expect([idsOf(records, 'a').length, idsOf(records, 'b').length]).toEqual([2, 2])
  })

  it('count what is written again once', async () => {
    const records = opened(await storeFolder()).store.records({ ...noteKind, bounds: { ...bounds, count: 2 } })
    await records.put('a', '1', { text: 'x' })
    for (let turn = 0; turn < 5; turn++) await records.put('a', '2', { text: 'x' })
    expect(idsOf(records, 'a')).toEqual(['1', '2'])
  })

  it('remove what has expired when something is written, also of owners who never come again', async () => {
    const folder = await storeFolder()
    await opened(folder)
      .store.records(noteKind)
      .put('a', '1', { text: image('x') })
    later(bounds.ttlMs + 1)
    const { store } = opened(folder)
    await store.records(noteKind).put('b', '1', { text: 'x' })
    expect(store.use((connection) => connection.all('SELECT owner FROM records'))).toEqual([['b']])
    expect(await files(folder)).toEqual([])
  })
})

it('expired records are deleted every ten minutes, and not with every write', async () => {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const records = store.records({ ...noteKind, bounds: { ...bounds, ttlMs: 3_600_000 } })
  const stored = () => store.use((connection) => connection.all('SELECT id FROM records ORDER BY id').flat())
  await records.put('a', '1', { text: 'x' })
  tamper(folder, 'UPDATE records SET used_at = 0')
  await records.put('a', '2', { text: 'x' })
  expect(stored()).toEqual(['1', '2'])
  later(600_001)
  await records.put('a', '3', { text: 'x' })
  expect(stored()).toEqual(['2', '3'])
})

describe('long texts', () => {
  it('are stored once for each owner, and deleted with the last record that has them', async () => {
    const folder = await storeFolder()
    const records = opened(folder).store.records(noteKind)
    for (const id of ['1', '2']) await records.put('a', id, { text: image('x') })
    expect(await files(folder)).toHaveLength(1)
    await records.put('b', '1', { text: image('x') })
    expect(await files(folder)).toHaveLength(2)
    records.delete('a', '1')
    expect(await records.get('a', '2')).toEqual({ text: image('x') })
    await records.put('a', '2', { text: image('y') })
    expect(await files(folder)).toHaveLength(2)
    records.delete('a', '2')
    records.delete('b', '1')
    expect(await files(folder)).toEqual([])
  })

  it('that many processes write and delete at once are never missing', async () => {
    const folder = await storeFolder()
    const both = [opened(folder), opened(folder)].map(({ store }) => store.records(noteKind))
    await Promise.all(
      both.map(async (records, index) => {
        for (let turn = 0; turn < 50; turn++) {
          await records.put('a', `${index}`, { text: image('x') })
          expect((await records.get('a', `${index}`))?.text).toHaveLength(100_000)
          records.delete('a', `${index}`)
        }
      })
    )
    expect(await files(folder)).toEqual([])
  })

  it('may be many, and the rest of the record long', async () => {
    const folder = await storeFolder()
    const kind = {
      ...noteKind,
      schema: z.object({ texts: z.array(z.string()) }),
      parentOf: undefined,
      labelsOf: undefined
    }
    const records = opened(folder).store.records(kind)
    const texts = [
      image('x'),
      ...Array.from({ length: 20_000 }, (_, index) => `text ${index} of them`),
      image('y'),
      image('x')
    ]
    await records.put('a', '1', { texts })
    expect(await records.get('a', '1')).toEqual({ texts })
    expect(await files(folder)).toHaveLength(3)
  })
})
