import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageBytes } from '../../src/store/parts.ts'
import { note, noteKind, opened, storeFolder, tamper } from './opened.ts'

const part = { name: 'part', version: 1, schema: note, limits: { count: 5, bytes: 10_000_000 } }
const parts = (...texts: string[]) => texts.map((text) => ({ id: `id-${text[0]}`, value: { text } }))
const long = (character: string) => character.repeat(100_000)
const files = async (folder: string) =>
  (await readdir(join(folder, 'blobs'), { recursive: true })).filter((path) => path.length > 2)

async function startRecord(bounds = noteKind.bounds) {
  const folder = await storeFolder()
  const { store, lines } = opened(folder)
  const records = store.records({ ...noteKind, bounds })
  await records.put('a', '1', { text: 'head' })
  return { folder, store, lines, records, list: records.parts(part) }
}

describe('the parts of a record', () => {
  it('are a list that grows, each found by its id, by the owner of the record alone', async () => {
    const { list } = await startRecord()
    expect(await list.append('a', '1', parts('x', 'y'))).toBe('added')
    expect(await list.append('a', '1', parts('z'))).toBe('added')
    expect(await list.all('a', '1')).toEqual([{ text: 'x' }, { text: 'y' }, { text: 'z' }])
    expect(await list.get('a', '1', 'id-y')).toEqual({ text: 'y' })
    expect(list.delete('a', '1', 'id-y')).toBe(true)
    expect([list.delete('a', '1', 'id-y'), await list.get('a', '1', 'id-y')]).toEqual([false, undefined])
    expect(list.size('a', '1').count).toBe(2)
    for (const [owner, record] of [
      ['b', '1'],
      ['a', '2']
    ] as const) {
      expect(await list.append(owner, record, parts('q'))).toBe('gone')
      expect([await list.all(owner, record), await list.get(owner, record, 'id-x')]).toEqual([[], undefined])
      expect([list.delete(owner, record, 'id-x'), list.size(owner, record)]).toEqual([false, { count: 0, bytes: 0 }])
    }
  })

  it('come page by page, from either end', async () => {
    const { list } = await startRecord()
    await list.append('a', '1', parts('v', 'w', 'x', 'y'))
    const page = async (order: 'asc' | 'desc', after?: string) => {
      const found = await list.page('a', '1', { limit: 3, order, after })
      return found && `${found.values.map(({ text }) => text).join('')}${found.more ? ' …' : ''}`
    }
    expect([await page('asc'), await page('asc', 'id-x')]).toEqual(['vwx …', 'y'])
    expect([await page('desc'), await page('desc', 'id-w'), await page('desc', 'id-q')]).toEqual([
      'yxw …',
      'v',
      undefined
    ])
  })

  it('come in shorter pages where they are long, and are counted before they are read', async () => {
    const { list } = await startRecord()
    for (const character of ['x', 'y', 'z']) await list.append('a', '1', parts(character.repeat(3_000_000)))
    const counted: number[] = []
    const page = async (after?: string) => {
      const found = await list.page('a', '1', { limit: 3, order: 'asc', after }, (bytes) => counted.push(bytes))
      return [found?.values.map(({ text }) => text.slice(0, 1)).join(''), found?.more]
    }
    expect([await page(), await page('id-y')]).toEqual([
      ['xy', true],
      ['z', false]
    ])
    expect(counted.map((bytes) => Math.round(bytes / 1_000_000))).toEqual([6, 3])
  })

  it('are not added beyond the limits, and then none of them', async () => {
    const { list } = await startRecord()
    expect(await list.append('a', '1', parts('u', 'v', 'w', 'x'))).toBe('added')
    expect(await list.append('a', '1', parts('y', 'z'))).toBe('full')
    expect(await list.append('a', '1', parts('y'))).toBe('added')
    expect(list.size('a', '1').count).toBe(5)
    const { list: other } = await startRecord()
    expect(await other.append('a', '1', parts('x'.repeat(10_000_001)))).toBe('full')
  })

  it('count as the bytes of their record, also when that is written again', async () => {
    const { list, records } = await startRecord()
    const alone = records.entry('a', '1')!.bytes
    await list.append('a', '1', parts(long('x')))
    const together = records.entry('a', '1')!.bytes
    expect(together - alone).toBe(list.size('a', '1').bytes)
    await records.put('a', '1', { text: 'HEAD' })
    expect(records.entry('a', '1')!.bytes).toBe(together)
    list.delete('a', '1', 'id-x')
    expect(records.entry('a', '1')!.bytes).toBe(alone)
  })

  it('go with their record, and their files with them', async () => {
    const { folder, list, records, store } = await startRecord({ ...noteKind.bounds, bytes: 150_000 })
    await list.append('a', '1', parts(long('x'), 'y'))
    await records.put('b', '1', { text: long('z') }) // there is no room for both
    expect([records.entry('a', '1'), records.entry('b', '1')?.id]).toEqual([undefined, '1'])
    expect(store.use((connection) => connection.all('SELECT count(*) FROM parts'))).toEqual([[0]])
    expect(await files(folder)).toHaveLength(1)
    records.delete('b', '1')
    await records.put('a', '1', { text: 'head' })
    await list.append('a', '1', parts(long('x')))
    list.delete('a', '1', 'id-x')
    expect(await files(folder)).toHaveLength(0)
  })

  it('share a file, which stays until the last of them is gone', async () => {
    const { folder, list } = await startRecord()
    await list.append('a', '1', [
      { id: '1', value: { text: long('x') } },
      { id: '2', value: { text: long('x') } }
    ])
    list.delete('a', '1', '1')
    expect([await list.all('a', '1'), await files(folder)]).toEqual([[{ text: long('x') }], [expect.anything()]])
  })

  it('that are damaged are not found, and a line in the log', async () => {
    const { folder, list, lines } = await startRecord()
    await list.append('a', '1', parts('x', 'y'))
    tamper(folder, "UPDATE parts SET body = '{' WHERE id = 'id-x'")
    expect(await list.all('a', '1')).toEqual([{ text: 'y' }])
    expect(lines).toMatchObject([{ kind: 'part', record: 'id-x' }])
  })

  it('have a size, each and together', async () => {
    const { list } = await startRecord()
    expect(list.size('a', '1')).toEqual({ count: 0, bytes: 0 })
    await list.append('a', '1', parts('x', 'yy'))
    const sizes = ['x', 'yy'].map((text) => JSON.stringify({ text }).length)
    expect([list.bytesOf('a', '1', 'id-x'), list.bytesOf('a', '1', 'id-y')]).toEqual(sizes)
    expect([list.bytesOf('a', '1', 'id-z'), list.bytesOf('b', '1', 'id-x')]).toEqual([0, 0])
    expect(list.size('a', '1')).toEqual({ count: 2, bytes: sizes[0]! + sizes[1]! })
  })

  it('may have just as many bytes as there may be of them', async () => {
    const { records } = await startRecord()
    const bytes = 2 * JSON.stringify({ text: 'x' }).length
    const list = records.parts({ ...part, limits: { count: 5, bytes } })
    expect(await list.append('a', '1', parts('x'))).toBe('added')
    expect(await list.append('a', '1', parts('yy'))).toBe('full')
    expect(await list.append('a', '1', parts('y'))).toBe('added')
  })

  it('fill a page to its last byte', async () => {
    const { list } = await startRecord()
    const half = pageBytes / 2 - JSON.stringify({ text: '' }).length
    await list.append('a', '1', parts('x'.repeat(half)))
    await list.append('a', '1', parts('y'.repeat(half)))
    await list.append('a', '1', parts('z'))
    const found = await list.page('a', '1', { limit: 3, order: 'asc' })
    expect([found?.values.length, found?.more]).toEqual([2, true])
  })

  it('push out other records where there is no room', async () => {
    const { list, records } = await startRecord({ ...noteKind.bounds, bytes: 1_000 })
    await list.append('a', '1', parts('x'.repeat(600)))
    await records.put('b', '1', { text: 'x'.repeat(300) })
    expect(await list.append('a', '1', parts('y'.repeat(200)))).toBe('added')
    expect([records.entry('a', '1'), records.entry('b', '1')?.id]).toEqual([undefined, '1'])
  })
})
