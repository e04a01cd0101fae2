import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { noteKind, opened, storeFolder } from './opened.ts'

async function startRecord() {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const records = store.records(noteKind)
  await records.put('a', '1', { text: 'x'.repeat(65_536) })
  const [name = ''] = (await readdir(join(folder, 'blobs'), { recursive: true })).filter((path) => path.length > 2)
  const garbage = () => store.use((connection) => connection.all('SELECT name FROM garbage'))
  return { folder, store, records, path: join(folder, 'blobs', name), garbage }
}

it('a record whose file is gone can be deleted, and nothing is left to be looked at again', async () => {
  const { records, path, garbage } = await startRecord()
  await rm(path)
  expect(records.delete('a', '1')).toBe(true)
  expect([records.entry('a', '1'), garbage()]).toEqual([undefined, []])
})

it('a record whose file cannot be deleted stays until it can be', async () => {
  const { records, path, garbage } = await startRecord()
  await rm(path)
  await mkdir(path)
  expect(() => records.delete('a', '1')).toThrow(expect.objectContaining({ code: 'overloaded' }) as Error)
  expect(records.entry('a', '1')?.id).toBe('1')
  await rm(path, { recursive: true })
  expect([records.delete('a', '1'), garbage()]).toEqual([true, []])
})

it('a store without long texts has no folder of them to look through', async () => {
  const { store } = opened(await storeFolder())
  expect(store.isThere).toBe(false)
  expect(() => store.check()).not.toThrow()
  expect(store.isThere).toBe(true)
})

it('a store that was made before is there', async () => {
  const { folder } = await startRecord()
  expect(opened(folder).store.isThere).toBe(true)
})
