import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Connection } from '../../src/store/connection.ts'
import { storeFolder } from './opened.ts'

async function connected() {
  const path = join(await storeFolder(), 'store.db')
  const open = () => {
    const connection = new Connection(path)
    onTestFinished(() => connection.close())
    return connection
  }
  return { path, open, connection: open() }
}

it('a file is written ahead, and knows what belongs together', async () => {
  const { connection } = await connected()
  const values = ['journal_mode', 'synchronous', 'foreign_keys', 'wal_autocheckpoint'].map(
    (name) => connection.get(`PRAGMA ${name}`)?.[0]
  )
  expect([...values, connection.damage]).toEqual(['wal', 1, 1, 4_000, undefined])
})

it('a transaction is written whole or not at all, one in another with that', async () => {
  const { connection, open } = await connected()
  connection.execute('CREATE TABLE t (x)')
  const add = (value: number, fails = false) =>
    connection.transaction(() => {
      connection.run('INSERT INTO t VALUES (?)', value)
      if (fails) throw new Error('no')
      return value
    })
  expect(add(1)).toBe(1)
  expect(() => add(2, true)).toThrow('no')
  expect(() =>
    connection.transaction(() => {
      add(3)
      throw new Error('no')
    })
  ).toThrow('no')
  expect([connection.all('SELECT x FROM t'), open().all('SELECT x FROM t')]).toEqual([[[1]], [[1]]])
})

it('a statement may be run again, with other values', async () => {
  const { connection } = await connected()
  const sum = (one: number, other: number) => connection.get('SELECT ? + ?', one, other)
  expect([sum(1, 2), sum(3, 4)]).toEqual([[3], [7]])
})

it('a connection is to the file that it opened, not to another at its path', async () => {
  const { path, open, connection } = await connected()
  expect(connection.isCurrent).toBe(true)
  for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
  expect(connection.isCurrent).toBe(false)
  const next = open()
  next.execute('CREATE TABLE t (x)')
  connection.close() // which leaves alone what is there now
  expect([connection.isCurrent, next.isCurrent, open().all('SELECT x FROM t')]).toEqual([false, true, []])
})

it('a connection that is closed answers no more', async () => {
  const { connection } = await connected()
  connection.close()
  expect(() => connection.get('SELECT 1')).toThrow()
})
