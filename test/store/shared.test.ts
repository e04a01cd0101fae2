import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { Locks } from '../../src/store/locks.ts'
import type { SharedStore } from '../../src/store/shared.ts'
import { changesOf, noteKind, opened, storeFolder } from './opened.ts'

/** A store that is shared with gateways elsewhere, in whose place `others` answers, and what it tells them. */
async function started(others: Partial<SharedStore> = {}) {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const told: string[] = []
  store.share({
    changed: (withinMs) => told.push(`changed ${withinMs}`),
    settled: async () => void told.push('settled'),
    fresh: async () => {},
    caughtUp: () => new Promise(() => {}),
    claim: async () => true,
    lock: async (key) => {
      told.push(`lock ${key.replaceAll('\0', ' ')}`)
      return () => told.push('free')
    },
    isLocked: async () => false,
    isAlive: () => false,
    ...others
  })
  const records = store.records(noteKind)
  await records.put('a', '1', { text: 'x' })
  const ids = async () => (await changesOf(store, [])).map(({ id }) => id)
  return { folder, store, records, locks: new Locks(store, records), told: () => told.splice(0), ids }
}

it('a record is acknowledged when the others have it, and is to reach them at once', async () => {
  const { told, ids } = await started()
  expect(told()).toEqual(['changed 0', 'changed 0', 'settled']) // first the notes of what changes are set up
  expect(await ids()).toEqual(['1'])
})

it('a record that others cannot be given is not acknowledged', async () => {
  const settled = () => Promise.reject(new Error('no broker'))
  await expect(started({ settled })).rejects.toThrow('no broker')
})

it('what is written may reach the others later', async () => {
  const { store, told } = await started()
  told()
  store.use(() => {}, 50)
  store.transaction(() => {}, 60)
  store.transaction(() => {})
  expect(told()).toEqual(['changed 50', 'changed 60', 'changed 0'])
})

it('what every gateway writes by itself is not shared', async () => {
  const { store, ids } = await started()
  await ids()
  store.unshared((connection) => connection.run("UPDATE records SET claimed = 1 WHERE id = '1'"))
  expect(await ids()).toEqual([])
  store.transaction((connection) => connection.run("UPDATE records SET claimed = 0 WHERE id = '1'"))
  expect(await ids()).toEqual(['1'])
})

it('tables that are added when it is shared already are shared, too, also in a new file', async () => {
  const { folder, store, records } = await started()
  const schema = {
    module: 'm',
    steps: ['CREATE TABLE m (record INTEGER, name TEXT, PRIMARY KEY (record, name))'],
    shared: [{ table: 'm', key: 'name' }]
  }
  store.add(schema)
  const mark = async () => {
    store.use((connection) => connection.run("INSERT INTO m SELECT sequence, 'n' FROM records"))
    return (await changesOf(store, [schema])).filter(({ table }) => table === 'm')
  }
  expect(await mark()).toMatchObject([{ id: '1', key: 'n', row: { name: 'n' } }])
  await rm(folder, { recursive: true })
  await records.put('a', '1', { text: 'y' })
  expect(await mark()).toMatchObject([{ id: '1', key: 'n' }])
})

it('the first claim counts, of those here and of those elsewhere', async () => {
  const claimed: string[] = []
  const { records } = await started({
    claim: async (key) => {
      claimed.push(key.replaceAll('\0', ' '))
      return claimed.length > 1
    }
  })
  await records.put('a', '2', { text: 'y' })
  expect([await records.claim('a', '1'), await records.claim('a', '2'), await records.claim('a', '2')]).toEqual([
    false,
    true,
    false
  ])
  expect(claimed).toEqual(['note a 1', 'note a 2'])
})

it('a record is taken here and elsewhere, and freed in both places', async () => {
  const { locks, told } = await started()
  told()
  const free = await locks.takeAnywhere('a', '1')
  expect(told()).toContain('lock lock a 1')
  expect(await locks.takeAnywhere('a', '1')).toBe('taken')
  expect(told().filter((line) => line.startsWith('lock'))).toEqual([])
  if (typeof free === 'function') free()
  expect(told()).toContain('free')
  expect([await locks.isTaken('a', '1'), await locks.takeAnywhere('a', '2')]).toEqual([false, 'gone'])
})

it('a record that somebody has elsewhere, or where that is not known, is free here', async () => {
  const { locks } = await started({ lock: async () => undefined })
  expect([await locks.takeAnywhere('a', '1'), await locks.isTaken('a', '1')]).toEqual(['taken', false])
  const { locks: cutOff } = await started({ lock: () => Promise.reject(new Error('no broker')) })
  await expect(cutOff.takeAnywhere('a', '1')).rejects.toThrow('no broker')
  expect(await cutOff.isTaken('a', '1')).toBe(false)
})

it('a record that is locked elsewhere is taken', async () => {
  const { locks } = await started({ isLocked: async (key) => key.replaceAll('\0', ' ') === 'lock a 1' })
  expect([await locks.isTaken('a', '1'), await locks.isTaken('a', '2')]).toEqual([true, false])
})

it('without others a record is taken here alone', async () => {
  const { store } = opened(await storeFolder())
  const records = store.records(noteKind)
  await records.put('a', '1', { text: 'x' })
  const locks = new Locks(store, records)
  expect(await locks.takeAnywhere('a', '1')).toBeInstanceOf(Function)
  expect([await locks.takeAnywhere('a', '1'), await records.claim('a', '1')]).toEqual(['taken', true])
})
