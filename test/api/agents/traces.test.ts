import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Connection } from '../../../src/store/connection.ts'
import { says } from '../../support/upstream/answer.ts'
import { all, failure, sharedAgents } from './start-agents.ts'

const rig = sharedAgents(says('Done.'))
const sessions = () => rig().agents().sessions

it('every turn that is over has a trace, page by page, however many there are', async () => {
  const made = { environment: { type: 'none' as const }, agent: { model: 'gpt-5.5' }, input: 'Go.' }
  const [{ id }, other] = [await sessions().create(made), await sessions().create(made)]
  for (const one of [id, other.id])
    await expect.poll(async () => (await sessions().retrieve(one)).status, { timeout: 20_000 }).toBe('idle')
  const [turn] = await all(sessions().turns.list(id))
  const store = new Connection(join(rig().home, 'gateway', 'store.db'))
  store.transaction(() => {
    for (let n = 0; n < 1_200; n++) {
      const one = { ...turn, id: `turn_${String(n).padStart(32, '0')}`, ...(n % 300 === 7 && { completed_at: null }) }
      const values = [id, 'turn', '', one.id, one.id, 1_000 + n, JSON.stringify(one), 1]
      store.run('INSERT INTO session_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...values)
    }
  })
  store.close()
  const found = await all(sessions().traces.list(id, { limit: 100, order: 'asc' }))
  expect(new Set(found.map((trace) => trace.id)).size).toBe(1 + 1_200 - 4)
  expect(await all(sessions().traces.list(id, { limit: 99 }))).toEqual(found.toReversed())
  const [foreign] = await all(sessions().traces.list(other.id))
  for (const after of [foreign!.id, 'trace_x', turn!.id, `trace_${'7'.padStart(32, '0')}`])
    expect(await failure(sessions().traces.list(id, { after }))).toMatchObject({ status: 404 })
})
