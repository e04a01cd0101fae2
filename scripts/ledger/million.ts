import { Calendar } from '../../src/ledger/calendar.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { usageReport } from '../../src/ledger/report.ts'
import { usedInPeriod } from '../../src/ledger/usage.ts'
import { Store } from '../../src/store/store.ts'

const days = 90

/** Fills a store with turns of 50 principals and 3 models over 90 days, and times what is asked of it. Rows of name, and milliseconds: least and median of 20. */
export function million(folder: string, turns: number): [name: string, ...ms: string[]][] {
  using store = new Store({ folder })
  const calendar = new Calendar()
  using ledger = new Ledger({ store, calendar, modelOf: () => 'model' })
  ledger.start()
  const { now } = ledger.clock
  fill(store, turns, now)
  const bytes = Number(
    store.use((connection) =>
      connection.get('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
    )?.[0]
  )
  const period = (name: 'day' | 'week' | 'month') => ({ name, ...calendar.periodOf(name, now) })
  const used = (name: 'day' | 'week' | 'month', subject: { principal?: string }) =>
    timed(() => store.use((connection) => usedInPeriod(connection, subject, period(name))))
  const since = now - days * 86_400
  const odd = (of: { principal?: string }, back = days) =>
    timed(() => usageReport(ledger, { since: now - back * 86_400 + 17, until: now - 4_321, by: [], of }))
  return [
    ['bytes a turn of two answers', (bytes / turns).toFixed(0)],
    ['a principal, this day', ...used('day', { principal: 'principal-7' })],
    ['a principal, this month', ...used('month', { principal: 'principal-7' })],
    ['all, this day', ...used('day', {})],
    ['all, this month', ...used('month', {})],
    [
      'all, 90 days by day, principal and model',
      ...timed(() =>
        usageReport(ledger, {
          since: calendar.periodOf('day', since).since,
          until: now + 1,
          by: ['day', 'principal', 'model'],
          of: {}
        })
      )
    ],
    ['all, 90 days with odd ends', ...odd({})],
    ['a principal, 30 days with odd ends', ...odd({ principal: 'principal-7' }, 30)],
    ['the proof', ...timed(() => proofOf(ledger), 3)]
  ]
}

function fill(store: Store, turns: number, now: number): void {
  store.transaction((connection) => {
    connection.execute(`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149)
        INSERT INTO ledger_groups (principal, key, workspace, account, model, tier, engine)
        SELECT 'principal-' || (i % 50), '', 'default', 'default', 'model-' || (i / 50), '', 'app-server' FROM n;
      INSERT INTO ledger_processes (mark) VALUES ('filled');
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${turns - 1})
        INSERT INTO ledger_turns (grp, process, at, reserved, reserved_cost, thread, ended_at, end)
        SELECT 1 + (i * 7919) % 150, 1, ${now - days * 86_400} + CAST(i * ${(days * 86_400) / turns} AS INTEGER), 0, 0,
          '0199c8f0-0000-7000-8000-' || printf('%012x', i), ${now}, 'completed' FROM n;
      INSERT INTO ledger_responses (turn, response, at, input, cached, output, reasoning)
        SELECT id, 'resp_' || printf('%048x', id * 2 + two), at, 5000, 3000, 200, 50
        FROM ledger_turns, (SELECT 0 AS two UNION SELECT 1);`)
    for (const [table, width] of [
      ['ledger_minutes', 60],
      ['ledger_days', 86_400]
    ])
      connection.execute(`INSERT INTO ${table} (grp, at, requests, responses, input, cached, output, reasoning)
        SELECT grp, at - at % ${width}, count(*), 2 * count(*), 10000 * count(*), 6000 * count(*), 400 * count(*), 100 * count(*)
        FROM ledger_turns GROUP BY 1, 2`)
  })
}

function timed(action: () => unknown, times = 20): string[] {
  const all = Array.from({ length: times }, () => {
    const began = performance.now()
    action()
    return performance.now() - began
  }).toSorted((one, other) => one - other)
  return [all[0], all[Math.floor(times / 2)]].map((ms) => (ms ?? 0).toFixed(3))
}
