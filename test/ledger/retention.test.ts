import { expect, it } from 'vitest'
import { limitFrom } from '../../src/turn/limit.ts'
import { listTurns } from '../../src/ledger/listed-turns.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { usageReport } from '../../src/ledger/report.ts'
import { storeFolder } from '../store/opened.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const day = 86_400_000

it('single turns are deleted when they are old, and the sums of their days stay', async () => {
  let now = Date.UTC(2026, 10, 1, 12)
  const { ledger } = openedLedger(await storeFolder(), { now: () => now, keepDays: 30 })
  ledger.start()
  await spend(ledger, [counted('r1', 100), completed])
  now += 29 * day
  await spend(ledger, [counted('r1', 10), completed])
  expect(ledger.upkeep.expire()).toBe(false)
  expect(listTurns(ledger, {}, { limit: 5 })).toHaveLength(2)
  now += 3 * day
  expect(ledger.upkeep.expire()).toBe(false)
  expect(listTurns(ledger, {}, { limit: 5 })).toMatchObject([{ input: 10 }])
  expect(proofOf(ledger)).toMatchObject({ responses: 10, days: 10, agrees: true })
  const days = usageReport(ledger, { since: 0, until: 1e11, by: ['day'], of: {} })
  expect(days.map(({ sums }) => sums.input)).toEqual([100, 10])
})

it('goes on from the newest time that is stored where the clock was set back meanwhile', async () => {
  const folder = await storeFolder()
  let now = Date.UTC(2026, 10, 27, 12)
  const first = openedLedger(folder, { now: () => now })
  first.ledger.start()
  await spend(first.ledger, [counted('r1', 9_000), completed])
  now -= day
  const second = openedLedger(folder, { now: () => now })
  second.ledger.start()
  second.ledger.rules = () => [{ subject: '*', limit: limitFrom('9k tokens a day')!, on_limit: 'stop' }]
  expect((await spend(second.ledger, [completed])).at(-1)).toMatchObject({ error: { code: 'usage_limit_exceeded' } })
  expect(second.lines).toMatchObject([{ message: expect.stringContaining('the clock is behind') as string }])
})

it('a limit is reported once at each threshold, in all gateways on the store', async () => {
  const folder = await storeFolder()
  const alerts: unknown[] = []
  const ledgers = [openedLedger(folder).ledger, openedLedger(folder).ledger]
  for (const ledger of ledgers) {
    ledger.start()
    ledger.alertAt = [80, 100]
    ledger.rules = () => [{ subject: 'principal:*', limit: limitFrom('1k tokens a week')!, on_limit: 'warn' }]
    ledger.onAlert = (_, { threshold, state }, principal) => void alerts.push([principal, state.rule.name, threshold])
  }
  for (const tokens of [700, 150, 10])
    for (const ledger of ledgers.slice(0, 1)) await spend(ledger, [counted('r', tokens), completed])
  expect(alerts).toEqual([['anna', 'principal:anna', 80]])
  await spend(ledgers[1]!, [counted('r', 10), completed])
  expect(alerts).toHaveLength(1)
  await spend(ledgers[1]!, [counted('r', 500), completed], { owner: 'bob' })
  await spend(ledgers[1]!, [counted('r', 500), completed], { owner: 'bob' })
  expect(alerts.slice(1)).toEqual([
    ['bob', 'principal:bob', 80],
    ['bob', 'principal:bob', 100]
  ])
})
