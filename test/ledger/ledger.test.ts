import { rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { accounted } from '../../src/engines/accounted.ts'
import { usageCheck } from '../../src/app/ledger.ts'
import { conditionOf } from '../../src/ledger/condition.ts'
import { usageCsv } from '../../src/ledger/csv.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { proofOf } from '../../src/ledger/proof.ts'
import { usageReport } from '../../src/ledger/report.ts'
import type { ReportField } from '../../src/ledger/report.ts'
import { listTurns } from '../../src/ledger/listed-turns.ts'
import { storeFolder, tamper } from '../store/opened.ts'
import { gate, message, scriptedEngine } from '../support/scripted-engine.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const never = new AbortController().signal

async function started(options = {}) {
  const made = openedLedger(await storeFolder(), options)
  made.ledger.start()
  return made
}

const report = (ledger: Ledger, by: ReportField[] = [], of = {}) =>
  usageReport(ledger, { since: 0, until: 1e11, by, of })
const totals = (ledger: Ledger) => report(ledger)[0]?.sums

it('counts each answer of the model once, however often it is reported, and those of sub-agents beside it', async () => {
  const { ledger } = await started()
  const subagent = { thread_id: 'other', root_turn_id: 'turn' }
  const reported = [counted('r1', 100, 5), counted('r2', 150, 7), counted('r1', 100, 5), counted('r1', 30, 3, subagent)]
  await spend(ledger, [...reported, completed])
  expect(totals(ledger)).toMatchObject({ requests: 1, responses: 3, input: 280, output: 15, unknown: 0, estimate: 0 })
  expect(listTurns(ledger, { principal: 'anna' }, { limit: 5 })).toMatchObject([
    { responses: 3, input: 280, end: 'completed', model: 'model', engine: 'scripted' }
  ])
  expect(proofOf(ledger)).toEqual({ responses: 295, minutes: 295, days: 295, open: 0, agrees: true })
})

it('tells what codex did not report apart from what it did', async () => {
  const { ledger } = await started()
  const failed = { type: 'turn.failed', error: { code: 'upstream_error', message: 'no' } } as const
  await spend(ledger, [counted('r1', 100, 5), { type: 'usage.unknown', cause: 'torn' }, failed])
  await spend(ledger, [{ type: 'usage.unknown', cause: 'interrupted' }, completed], {
    input: [{ type: 'text', text: 'x'.repeat(300) }]
  })
  expect(totals(ledger)).toMatchObject({ responses: 1, input: 100, output: 5, unknown: 2, estimate: 205 })
  expect(listTurns(ledger, {}, { limit: 5 })).toMatchObject([
    { unknown: 1, estimate: 100, end: 'completed' },
    { unknown: 1, estimate: 105, end: 'failed', cause: 'upstream_error' }
  ])
})

it('reads a turn to its end whose reader has left, and counts what comes then', async () => {
  const { ledger } = await started()
  const engine = {
    name: 'slow',
    async *run(_: unknown, signal: AbortSignal) {
      yield message('m', 'Hi')[0]!
      if (!signal.aborted) await once(signal, 'abort')
      yield counted('r1', 40, 2)
      yield { type: 'turn.interrupted', reason: 'client' } as const
    },
    [Symbol.asyncDispose]: async () => {}
  }
  await spend(ledger, [], { engine, leaveAt: 'item.delta' })
  expect(listTurns(ledger, {}, { limit: 5 })).toMatchObject([{ input: 40, end: 'interrupted', cause: 'client' }])
})

it('has what a turn took before its end is passed on, also for a process that is killed then', async () => {
  const { ledger, store } = await started()
  const engine = accounted(scriptedEngine([counted('r1', 100, 1), completed]), ledger)
  for await (const event of engine.run({ input: [] }, never))
    if (event.type === 'turn.completed')
      store.use((connection) =>
        expect(connection.get('SELECT sum(input), count(*) FROM ledger_responses')).toEqual([100, 1])
      )
})

it('tells sums apart by day, principal and model, and writes CSV that no spreadsheet takes for formulas', async () => {
  let now = Date.UTC(2026, 10, 1, 22, 30)
  const { ledger } = await started({ now: () => now, zone: 'Europe/Berlin' })
  await spend(ledger, [counted('r1', 10, 1), completed], { owner: 'anna', model: '=1+1' })
  now += 3_600_000 // it is another day in Berlin
  await spend(ledger, [counted('r1', 20, 2), completed], { owner: 'bob', model: 'a,"b"' })
  const rows = report(ledger, ['day', 'principal'])
  expect(rows.map(({ day, principal, sums }) => [day, principal, sums.input])).toEqual([
    [Date.UTC(2026, 9, 31, 23) / 1000, 'anna', 10],
    [Date.UTC(2026, 10, 1, 23) / 1000, 'bob', 20]
  ])
  const lines = usageCsv(report(ledger, ['model']), ['model']).split('\r\n')
  expect(lines.map((line) => line.split(',1,1,0')[0])).toEqual([
    'model,requests,responses,unknown,estimate,estimate_cost,input,cached,cache_write,output,reasoning,cost',
    "'=1+1",
    '"a,""b"""',
    ''
  ])
  expect(report(ledger, [], { principal: 'bob' })[0]?.sums).toMatchObject({ requests: 1, input: 20 })
})

it('ends the turns of a gateway that was killed, and leaves those of one that runs', async () => {
  const folder = await storeFolder()
  const { ledger, store } = openedLedger(folder)
  ledger.start()
  const script = join(import.meta.dirname, '..', 'store', 'alive.mjs')
  const typescript = join(import.meta.dirname, '..', 'support', 'typescript.mjs')
  const child = spawn(process.execPath, ['--import', typescript, script, join(folder, 'gateways')])
  onTestFinished(() => void child.kill('SIGKILL'))
  const mark = String((await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()).value)
  const { step, open } = gate()
  const running = spend(ledger, [counted('r1', 1), step, completed])
  await spend(ledger, [counted('r1', 70, 7), completed])
  tamper(
    folder,
    `INSERT INTO ledger_processes (id, mark) VALUES (99, '${mark}');
     UPDATE ledger_turns SET process = 99, ended_at = NULL, end = NULL WHERE id = 2`
  )
  expect(ledger.upkeep.sweep()).toBe(0)
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(ledger.upkeep.sweep()).toBe(1)
  expect(listTurns(ledger, {}, { limit: 5 })).toMatchObject([
    { id: 2, end: 'killed', unknown: 1, estimate: 77, input: 70 },
    { id: 1, end: undefined }
  ])
  open()
  await running
  expect(proofOf(ledger)).toMatchObject({ open: 0, agrees: true })
  store[Symbol.dispose]()
})

it('serves while the store cannot be used, and writes all of it when it can', async () => {
  const folder = await storeFolder()
  writeFileSync(folder, 'in the way')
  const { ledger, store } = openedLedger(folder)
  expect(() => ledger.start()).toThrow('storage')
  expect((await spend(ledger, [counted('r1', 10, 1), completed])).at(-1)).toEqual(completed)
  expect(ledger.isCurrent).toBe(false)
  expect([conditionOf(ledger).stored, usageCheck(ledger).ok]).toEqual([false, true])
  ledger.shares = { free: 50, weights: {} }
  expect(usageCheck(ledger)).toMatchObject({
    name: 'usage',
    ok: false,
    message: expect.stringContaining('disk') as string
  })
  ledger.shares = undefined
  rmSync(folder)
  ledger.flush()
  expect(ledger.isCurrent).toBe(true)
  expect(totals(ledger)).toMatchObject({ requests: 1, responses: 1, input: 10 })
  store[Symbol.dispose]()
})
