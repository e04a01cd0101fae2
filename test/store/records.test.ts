import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bounds, later, noteKind, opened, storeFolder } from './opened.ts'

describe('records', () => {
  it('are found by their owner, also after a restart, and by nobody else', async () => {
    const folder = await storeFolder()
    const records = opened(folder).store.records(noteKind)
    await records.put('a', '1', { text: 'one' })
    expect(await records.get('a', '1')).toEqual({ text: 'one' })
    expect(await opened(folder).store.records(noteKind).get('a', '1')).toEqual({ text: 'one' })
    const others = [
      await records.get('b', '1'),
      records.entry('b', '1'),
      records.delete('b', '1'),
      await records.claim('b', '1')
    ]
    expect(others).toEqual([undefined, undefined, false, false])
    expect(records.list('b').entries).toEqual([])
    expect(
      await opened(folder)
        .store.records({ ...noteKind, name: 'other' })
        .get('a', '1')
    ).toBeUndefined()
  })

  it('may be written again, replaced where they are still there, and deleted', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    await records.put('a', '1', { text: 'one' })
    await records.put('a', '1', { text: 'two' })
    expect(await records.get('a', '1')).toEqual({ text: 'two' })
    expect(await records.replace('a', '1', { text: 'three' })).toBe(true)
    expect([records.delete('a', '1'), records.delete('a', '1')]).toEqual([true, false])
    expect(await records.replace('a', '1', { text: 'four' })).toBe(false)
    expect(await records.get('a', '1')).toBeUndefined()
  })

  it('are written in one transaction with what belongs beside them, where they are written', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    let beside = 0
    const count = () => void beside++
    expect(await records.replace('a', '1', { text: 'none' }, count)).toBe(false)
    expect(beside).toBe(0)
    await records.put('a', '1', { text: 'one' }, count)
    expect(await records.replace('a', '1', { text: 'two' }, count)).toBe(true)
    expect(beside).toBe(2)
    const failing = records.put('a', '1', { text: 'three' }, () => {
      throw new Error('beside')
    })
    await expect(failing).rejects.toThrow('beside')
    expect(await records.get('a', '1')).toEqual({ text: 'two' })
  })

  it('preserve every character, in texts of every length', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    const odd = '\u0000 \ud800 é 漢 😀 "\\ __proto__'
    for (const [id, text] of [
      ['short', odd],
      ['long', odd.repeat(10_000)]
    ] as const) {
      await records.put('a', id, { text })
      expect(await records.get('a', id)).toEqual({ text })
    }
  })

  it('are for this user alone', async () => {
    const folder = await storeFolder()
    const records = opened(folder).store.records(noteKind)
    await records.put('a', '1', { text: 'x'.repeat(100_000) })
    const modes = []
    for (const file of ['.', ...(await readdir(folder, { recursive: true }))])
      modes.push(((await stat(join(folder, file))).mode & 0o77).toString(8))
    expect(new Set(modes)).toEqual(new Set(['0']))
  })

  it('are listed page by page, in both orders', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    for (const id of ['1', '2', '3']) await records.put('a', id, { text: id })
    const first = records.list('a', { limit: 2 })
    const second = records.list('a', { limit: 2, after: first.next })
    expect([first.entries, second.entries].map((page) => page.map(({ id }) => id))).toEqual([['3', '2'], ['1']])
    expect(second.next).toBeUndefined()
    expect(records.list('a', { order: 'asc', after: undefined, limit: 3 }).entries.map(({ id }) => id)).toEqual([
      '1',
      '2',
      '3'
    ])
  })

  it('have a size that is known without reading them', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    await records.put('a', '1', { text: 'é'.repeat(100_000) })
    expect(records.entry('a', '1')?.bytes).toBe(JSON.stringify({ text: '' }).length + 200_000)
  })

  it('know which ones they continue, as far as these are there', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    await records.put('a', '1', { text: 'one' })
    await records.put('a', '2', { text: 'two', after: '1' })
    await records.put('b', '2', { text: 'another’s', after: '1' })
    await records.put('a', '3', { text: 'three', after: '2' })
    const ids = (id: string, limit = 10) => records.lineage('a', id, limit).map((entry) => entry.id)
    expect([ids('3'), ids('3', 2), ids('4')]).toEqual([['3', '2', '1'], ['3', '2'], []])
    records.delete('a', '1')
    expect(records.lineage('a', '3', 10).at(-1)).toMatchObject({ id: '2', parent: '1' })
  })

  it('are claimed by one caller only', async () => {
    const folder = await storeFolder()
    const [one, other] = [opened(folder), opened(folder)].map(({ store }) => store.records(noteKind))
    await one!.put('a', '1', { text: 'one' })
    expect([await other!.claim('a', '1'), await one!.claim('a', '1'), await one!.claim('a', '2')]).toEqual([
      true,
      false,
      false
    ])
  })

  it('are handed from one owner to another', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    for (const id of ['1', '2']) await records.put('a', id, { text: 'x'.repeat(100_000) })
    expect(records.adopt('a', 'b')).toBe(2)
    expect([await records.get('a', '1'), (await records.get('b', '1'))?.text.length]).toEqual([undefined, 100_000])
    records.delete('b', '1')
    expect((await records.get('b', '2'))?.text.length).toBe(100_000)
  })

  it('expire when they were not used for long', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    for (const id of ['old', 'used']) await records.put('a', id, { text: id })
    later(bounds.ttlMs - 1_000)
    records.touch('a', ['used'])
    later(2_000)
    expect([await records.get('a', 'old'), await records.get('a', 'used')]).toEqual([undefined, { text: 'used' }])
    expect([records.entry('a', 'old'), records.list('a').entries.length]).toEqual([undefined, 1])
  })

  it('note a further use only after a hundredth of their life', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    await records.put('a', '1', { text: 'one' })
    const usedAt = () => records.entry('a', '1')!.usedAt
    const first = usedAt()
    later(bounds.ttlMs / 200)
    records.touch('a', ['1'])
    expect(usedAt()).toBe(first)
    later(bounds.ttlMs / 100)
    records.touch('a', ['1'])
    expect(usedAt()).toBeGreaterThan(first)
  })

  it('do not expire because the clock is set ahead', async () => {
    const records = opened(await storeFolder()).store.records(noteKind)
    await records.put('a', '1', { text: 'one' })
    later(bounds.ttlMs * 10, 'settable')
    records.expire()
    expect(await records.get('a', '1')).toEqual({ text: 'one' })
    later(bounds.ttlMs + 1)
    records.expire()
    expect(await records.get('a', '1')).toBeUndefined()
  })
})

it('a list may be of those with certain labels alone', async () => {
  const kind = {
    ...noteKind,
    labelsOf: ({ text }: { text: string }) => ({ text, 'a "key" of $.all kinds': text.slice(0, 1) })
  }
  const records = opened(await storeFolder()).store.records(kind)
  for (const [id, text] of Object.entries(['xa', 'ya', 'xb', 'xa'])) await records.put('a', id, { text })
  const ids = (labels: Record<string, string>, limit?: number) =>
    records.list('a', { labels, limit, order: 'asc' }).entries.map(({ id }) => id)
  expect(ids({})).toEqual(['0', '1', '2', '3'])
  expect(ids({ text: 'xa' })).toEqual(['0', '3'])
  expect(ids({ 'a "key" of $.all kinds': 'x' }, 2)).toEqual(['0', '2'])
  expect(ids({ text: 'ya', 'a "key" of $.all kinds': 'x' })).toEqual([])
  expect(records.list('a', { after: records.cursor('a', '1'), order: 'asc' }).entries.map(({ id }) => id)).toEqual([
    '2',
    '3'
  ])
  await records.put('a', '1', { text: 'xa' })
  expect(ids({ text: 'xa' })).toEqual(['0', '1', '3'])
  expect(records.cursor('b', '1')).toBeUndefined()
})
