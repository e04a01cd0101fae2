import { expect, it } from 'vitest'
import { Locks } from '../../src/store/locks.ts'
import { noteKind, opened, storeFolder, tamper } from './opened.ts'

async function startLocks(folder: string) {
  const { store, lines } = opened(folder)
  const records = store.records(noteKind)
  await records.put('a', '1', { text: 'x' })
  return { records, locks: new Locks(store, records), store, lines }
}

const free = (taken: ReturnType<Locks['take']>) => {
  if (typeof taken === 'string') throw new Error(taken)
  taken()
}

it('a record has one holder at a time, also among gateways that share the store', async () => {
  const folder = await storeFolder()
  const [one, other] = [await startLocks(folder), await startLocks(folder)]
  const taken = one.locks.take('a', '1')
  expect([one.locks.take('a', '1'), other.locks.take('a', '1'), await other.locks.isTaken('a', '1')]).toEqual([
    'taken',
    'taken',
    true
  ])
  free(taken)
  expect(await one.locks.isTaken('a', '1')).toBe(false)
  const again = other.locks.take('a', '1')
  expect(one.locks.take('a', '1')).toBe('taken')
  free(taken) // it is no longer his to free
  expect(one.locks.take('a', '1')).toBe('taken')
  free(again)
})

it('what a gateway that ended had is free', async () => {
  const folder = await storeFolder()
  const [one, other] = [await startLocks(folder), await startLocks(folder)]
  one.locks.take('a', '1')
  expect(await other.locks.isTaken('a', '1')).toBe(true)
  one.store[Symbol.dispose]()
  free(other.locks.take('a', '1'))
})

it('a record that is not there cannot be taken, and one that is deleted takes its lock with it', async () => {
  const folder = await storeFolder()
  const { locks, records } = await startLocks(folder)
  expect([locks.take('b', '1'), locks.take('a', '2'), await locks.isTaken('b', '1')]).toEqual(['gone', 'gone', false])
  const taken = locks.take('a', '1')
  records.delete('a', '1')
  expect(locks.take('a', '1')).toBe('gone')
  free(taken)
})

it('a lock that cannot be removed holds nobody up, and a line in the log', async () => {
  const folder = await storeFolder()
  const { locks, lines } = await startLocks(folder)
  const taken = locks.take('a', '1')
  tamper(folder, "CREATE TRIGGER stays BEFORE DELETE ON locks BEGIN SELECT RAISE(ABORT, 'no'); END")
  free(taken)
  expect(lines).toMatchObject([{ message: expect.stringContaining('could not be removed') as string }])
  expect(await locks.isTaken('a', '1')).toBe(false)
  expect(locks.take('a', '1')).toBeInstanceOf(Function)
})
