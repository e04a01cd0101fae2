import { expect, it } from 'vitest'
import type { Connection } from '../../src/store/connection.ts'
import { Tables } from '../../src/store/tables.ts'
import { opened, storeFolder } from './opened.ts'

const schema = { module: 'notes', steps: ['CREATE TABLE notes (text)'] }
const count = (connection: Connection) => Number(connection.get('SELECT count(*) FROM notes')?.[0])
const add = (connection: Connection) => connection.run("INSERT INTO notes VALUES ('x')")

/** Tables in a store of their own, and how often they were added to it. */
async function started() {
  const { store } = opened(await storeFolder())
  let added = 0
  const tables = new Tables(
    {
      add: (one) => {
        added += 1
        store.add(one)
      },
      use: (action) => store.use(action),
      transaction: (action) => store.transaction(action)
    },
    schema
  )
  return { store, tables, added: () => added }
}

it.each(['use', 'transaction'] as const)('tables are made once, when they are first used: %s', async (way) => {
  const { tables, added } = await started()
  expect(added()).toBe(0)
  expect([tables[way](add), tables[way](count), tables.use(count), tables.transaction(count)]).toEqual([1, 1, 1, 1])
  expect(added()).toBe(1)
  tables.addWithin()
  expect(added()).toBe(1)
})

it('tables made in a transaction that is rolled back are made again', async () => {
  const { store, tables } = await started()
  const failing = () =>
    store.transaction(() => {
      tables.addWithin()
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect(tables.use(count)).toBe(0)
})
