import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { LeaderCalls } from '../../src/app/leader-calls.ts'
import { LedRows } from '../../src/app/led-rows.ts'
import { ReplicatedStore } from '../../src/app/shared-store.ts'
import { StrayRows } from '../../src/app/stray-rows.ts'
import type { Journal } from '../../src/broker/broker.ts'
import { openNats } from '../../src/broker/nats.ts'
import type { Schema } from '../../src/store/schema.ts'
import { opened, storeFolder } from '../store/opened.ts'
import { needing } from '../support/left-out.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

const things: Schema = {
  module: 'things',
  rows: [{ table: 'things', key: ['id'], led: true }],
  steps: ['CREATE TABLE things (id TEXT PRIMARY KEY, value TEXT NOT NULL)']
}

type Ask = (mark: string, request: unknown) => Promise<unknown>
type Answer = (request: unknown) => Promise<unknown>

/** A store that is shared with those of the same name. Who leads, and whether it reaches the broker, is the test's to say. */
async function startShared(nats: Nats, name: string) {
  const { store } = opened(await storeFolder())
  const id = randomBytes(8).toString('hex')
  const broker = await openNats({ ...connectionTo(nats, name), role: 'f', id })
  onTestFinished(() => broker[Symbol.asyncDispose]())
  const state = { isCut: false, isLeading: false, leader: id }
  const { claims, journal } = broker
  const cuttable: Journal = {
    prepare: () => journal.prepare(),
    last: () => journal.last(),
    follow: (after) => journal.follow(after),
    async append(text) {
      if (state.isCut) throw new Error('the cable is cut')
      await journal.append(text)
    }
  }
  const shared = new ReplicatedStore({
    ...{ store, claims, journal: cuttable, schemas: [things], isAlive: () => true }
  })
  onTestFinished(() => shared[Symbol.dispose]())
  await shared.start()
  const others: { ask: Ask; onAsk: Answer } = { ask: async () => undefined, onAsk: async () => undefined }
  const calls = new LeaderCalls({ shared, leadership: state, others, mark: () => id })
  const stray = new StrayRows(shared, calls)
  onTestFinished(() => stray[Symbol.dispose]())
  return {
    ...{ state, shared, others, id },
    write: (row: string, value: string) =>
      store.use((c) => c.run('INSERT OR REPLACE INTO things VALUES (?, ?)', row, value)),
    rows: () => store.use((c) => c.all('SELECT id, value FROM things ORDER BY id')),
    remove: (row: string) => store.use((c) => c.run('DELETE FROM things WHERE id = ?', row)),
    follow(leader: { id: string }) {
      Object.assign(state, { isLeading: false, leader: leader.id })
      shared.follow()
    },
    async lead(number: number) {
      await shared.lead(number)
      Object.assign(state, { isLeading: true, leader: id })
    }
  }
}

it('a row that is stray again while the one that leads is asked for it stays so', () => {
  const led = new LedRows(things.rows ?? [])
  const change = { ...{ kind: '', owner: '', id: '', row: null }, table: 'things', key: '["one"]' }
  led.noteStray(change)
  const asked = led.stray
  led.noteStray(change)
  led.settled(asked)
  expect(led.stray).toEqual(asked)
  led.settled(led.stray)
  expect(led.stray).toEqual([])
})

needing('nats-server', natsServer !== undefined, () => {
  it('what one wrote that leads no more is as another one has it that leads', async () => {
    await using nats = await startNats()
    const name = nats.newName()
    const [one, other] = [await startShared(nats, name), await startShared(nats, name)]
    one.others.ask = (_mark, request) => other.others.onAsk(request)
    other.others.ask = (_mark, request) => one.others.onAsk(request)
    const areEqual = async (expected: string[][]) => {
      for (const { rows } of [one, other]) await expect.poll(rows, { timeout: 10_000 }).toEqual(expected)
      for (const { shared } of [one, other]) await expect.poll(() => shared.led.stray, { timeout: 10_000 }).toEqual([])
    }
    await one.lead(1)
    one.write('both', 'first')
    one.write('deleted', 'first')
    await one.shared.settled()
    await areEqual(['both', 'deleted'].map((row) => [row, 'first']))

    one.state.isCut = true // and what it writes is not sent
    one.write('unsent', 'first')
    one.write('both', 'unsent')
    await expect(one.shared.settled()).rejects.toThrow()
    await other.lead(2)
    other.write('both', 'second')
    other.remove('deleted')
    await other.shared.settled()
    one.follow(other)
    one.state.isCut = false
    await areEqual([['both', 'second']])

    await one.lead(3)
    other.write('late', 'second') // and sent, by one that does not know yet
    other.write('both', 'late')
    await other.shared.settled()
    one.write('both', 'third')
    await one.shared.settled()
    other.follow(one)
    other.write('later', 'second')
    await areEqual([['both', 'third']])
  })
})
