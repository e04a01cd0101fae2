import { expect, it } from 'vitest'
import { listTurns } from '../../src/ledger/listed-turns.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { usageReport } from '../../src/ledger/report.ts'
import { storeFolder } from '../store/opened.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

it('what a gateway has counted alone stays what it was when it shares its ledger, once', async () => {
  const { ledger, store } = openedLedger(await storeFolder())
  ledger.start()
  await spend(ledger, [counted('r1', 10, 1), completed])
  await spend(ledger, [counted('r2', 20, 2), completed], { owner: 'bob' })
  const seen = () => ({
    turns: listTurns(ledger, {}, { limit: 9 }).map(({ id: _, ...turn }) => turn),
    sums: usageReport(ledger, { since: 0, until: 1e11, by: ['principal'], of: {} })
  })
  const before = seen()
  for (let start = 0; start < 2; start += 1) {
    ledger.rows.prepareSharing()
    ledger.rows.share(5)
    expect(seen()).toEqual(before)
  }
  await spend(ledger, [counted('r3', 30, 3), completed])
  const ids = listTurns(ledger, {}, { limit: 9 }).map(({ id }) => id)
  expect(ids).toHaveLength(3)
  expect(ids.map((id) => id % 4_096)).toEqual([10, 10, 10])
  expect(ids[0]).toBeGreaterThan(ids[1]!)
  const groups = store.use((connection) => connection.all('SELECT origin, id % 4096 FROM ledger_groups'))
  expect(groups).toEqual([
    [10, 10],
    [10, 10]
  ])
  expect(proofOf(ledger)).toMatchObject({ days: 66, open: 0, agrees: true })
})
