import { describe, expect, it } from 'vitest'
import { headersFor } from '../../src/api/usage/headers.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Rule } from '../../src/ledger/limits/rule.ts'
import { Prices } from '../../src/ledger/prices.ts'
import { usageReport } from '../../src/ledger/report.ts'
import { limitFrom, limitText } from '../../src/turn/limit.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { storeFolder } from '../store/opened.ts'
import { scriptedEngine } from '../support/scripted-engine.ts'
import { accounted } from '../../src/engines/accounted.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const rule = (subject: string, text: string, more: Partial<Rule> = {}): Rule => ({
  subject,
  limit: limitFrom(text)!,
  on_limit: 'stop',
  ...more
})

async function limitedBy(rules: Rule[], options: Parameters<typeof openedLedger>[1] = {}) {
  const made = openedLedger(await storeFolder(), options)
  made.ledger.start()
  made.ledger.rules = () => rules
  return made
}

const endOf = (events: TurnEvent[]) => events.at(-1)
const used = (ledger: Ledger) => {
  const [row] = usageReport(ledger, { since: 0, until: 1e11, by: [], of: {} })
  return (row?.sums.input ?? 0) + (row?.sums.output ?? 0)
}

/** A model answers only when what the ledger has to say of its last answer has come. */
const decided = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

/** An agent that asks the model `count` times for 3,000 tokens, one after the other, unless it is stopped. */
function agent(count: number) {
  return scriptedEngine(() => [
    ...Array.from({ length: count }, (_, index) => [counted(`r${index}`, 2_900, 100), decided]).flat(),
    completed
  ])
}

describe('limits', () => {
  it.each([
    ['2M tokens a day', { what: 'tokens', per: 'day', max: 2_000_000 }, '2,000,000 tokens a day'],
    ['20.5 usd a month', { what: 'usd', per: 'month', max: 20_500_000_000 }, '20.5 usd a month'],
    ['1 request per minute', { what: 'requests', per: 'minute', max: 1 }, '1 request a minute'],
    ['10k tokens an hour', { what: 'tokens', per: 'hour', max: 10_000 }, '10,000 tokens an hour'],
    ['5 usd ever', { what: 'usd', per: 'ever', max: 5e9 }, '5 usd ever']
  ])('are written as %j', (text, limit, shown) => {
    expect(limitFrom(text)).toEqual(limit)
    expect(limitText(limit as NonNullable<ReturnType<typeof limitFrom>>)).toBe(shown)
  })

  it.each(['', 'tokens a day', '-1 tokens a day', '5 apples a day', '5 tokens a fortnight', '1e9 tokens a day'])(
    'are not written as %j',
    (text) => expect(limitFrom(text)).toBeUndefined()
  )

  it('hold for 32 turns at once, with an overshoot of less than one request, and let whole turns through', async () => {
    const { ledger } = await limitedBy([rule('principal:*', '100k tokens a day')])
    await spend(ledger, [], { engine: agent(4) }) // what such a turn takes is known from now on
    const ends = (await Promise.all(Array.from({ length: 32 }, () => spend(ledger, [], { engine: agent(4) })))).map(
      endOf
    )
    expect(used(ledger)).toBeLessThan(103_000)
    expect(used(ledger)).toBeGreaterThan(70_000)
    expect(ends.filter((end) => end?.type === 'turn.completed').length).toBeGreaterThanOrEqual(1)
    for (const end of ends)
      if (end?.type === 'turn.failed') expect(['rate_limited', 'usage_limit_exceeded']).toContain(end.error.code)
  })

  it('hold for two gateways on one store', async () => {
    const folder = await storeFolder()
    const ledgers = [openedLedger(folder).ledger, openedLedger(folder).ledger]
    for (const ledger of ledgers) {
      ledger.start()
      ledger.rules = () => [rule('*', '60k tokens a day')]
    }
    const turns = ledgers.flatMap((ledger) => Array.from({ length: 8 }, () => spend(ledger, [], { engine: agent(9) })))
    await Promise.all(turns)
    expect(used(ledgers[0]!)).toBeLessThan(63_000)
    expect(used(ledgers[0]!)).toBeGreaterThan(30_000)
  })

  it('stop a turn at the response that reaches them, and say when they are reset', async () => {
    const now = Date.UTC(2026, 10, 27, 12)
    const { ledger } = await limitedBy([rule('principal:anna', '10k tokens a day')], { now: () => now })
    const end = endOf(await spend(ledger, [], { engine: agent(50) }))
    expect(end).toMatchObject({
      type: 'turn.failed',
      error: {
        code: 'usage_limit_exceeded',
        retry_after: 43_200,
        message: expect.stringContaining('2026-11-28T00:00:00Z') as string
      }
    })
    expect(used(ledger)).toBe(12_000)
    expect(endOf(await spend(ledger, [completed]))).toMatchObject({ error: { code: 'usage_limit_exceeded' } })
    expect(endOf(await spend(ledger, [completed], { owner: 'bob' }))).toEqual(completed)
    const states = ledger.limitsOf({ principal: 'anna', key: '', workspace: 'default' })
    expect(Object.fromEntries(headersFor(states, now / 1000))).toEqual({
      'x-ratelimit-limit-tokens': '10000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '12h0m0s',
      'x-codex-budget': 'tokens/day;remaining=0;reset=43200'
    })
  })

  it('count what was used before they were made, and are renewed by the calendar', async () => {
    let now = Date.UTC(2026, 10, 27, 22, 50)
    const { ledger } = await limitedBy([], { now: () => now, zone: 'Europe/Berlin' })
    await spend(ledger, [counted('r1', 9_000), completed])
    ledger.rules = () => [rule('principal:anna', '8k tokens a day')]
    expect(endOf(await spend(ledger, [completed]))).toMatchObject({ error: { retry_after: 600 } })
    now += 600_000
    expect(endOf(await spend(ledger, [completed]))).toEqual(completed)
    now -= 3_600_000 // a clock that is set back gives nothing out twice
    expect(ledger.limitsOf({ principal: 'anna', key: '', workspace: '' })[0]).toMatchObject({ used: 0 })
  })

  it('on requests and by the minute are a matter of pace, which SDKs wait for', async () => {
    const { ledger } = await limitedBy([rule('key:ck_1', '2 requests a minute')])
    const ask = () => spend(ledger, [completed], { key: 'ck_1' })
    expect([endOf(await ask()), endOf(await ask())]).toEqual([completed, completed])
    expect(endOf(await ask())).toMatchObject({ error: { code: 'rate_limited' } })
  })

  it('on money need a price, and count what models cost', async () => {
    const { ledger } = await limitedBy([rule('*', '1 usd a month')])
    ledger.prices = new Prices({
      'gpt-*': { input: 1.25, output: 10, cached: 0.125, tiers: { priority: { factor: 2 } } }
    })
    const ask = (model: string, tokens: number) => spend(ledger, [counted('r', tokens, 1_000), completed], { model })
    expect(endOf(await ask('other', 1))).toMatchObject({ error: { code: 'forbidden', param: 'model' } })
    expect(endOf(await ask('gpt-5.5', 400_000))).toEqual(completed) // 0.51 dollars
    expect(ledger.limitsOf({ principal: 'x', key: '', workspace: '' })[0]).toMatchObject({ used: 510_000_000 })
    expect(endOf(await ask('gpt-5.5', 400_000))).toMatchObject({ type: 'turn.completed' })
    expect(endOf(await ask('gpt-5.5', 1))).toMatchObject({ error: { code: 'usage_limit_exceeded' } })
  })

  it('may let turns finish, or only warn', async () => {
    const { ledger } = await limitedBy([rule('*', '5k tokens a day', { on_limit: 'finish' })])
    expect(endOf(await spend(ledger, [], { engine: agent(3) }))).toEqual(completed)
    expect(endOf(await spend(ledger, [completed]))).toMatchObject({ type: 'turn.failed' })
    ledger.rules = () => [rule('*', '5k tokens a day', { on_limit: 'warn' })]
    expect(endOf(await spend(ledger, [completed]))).toEqual(completed)
  })

  it('on tokens run turns where each response is counted, unless their engine is chosen', async () => {
    const { ledger } = await limitedBy([rule('principal:anna', '8k tokens a day')])
    const inner = scriptedEngine([completed])
    const engines = [{ name: 'exec' }, { name: 'app-server' }]
    const engine = accounted({ ...inner, engines, nameFor: ({ engine = 'exec' }) => engine }, ledger)
    const name = (more: object) => engine.nameFor?.({ input: [], ...more })
    expect([name({ owner: 'anna' }), name({ owner: 'bob' }), name({ owner: 'anna', engine: 'exec' })]).toEqual([
      ...['app-server', 'exec', 'exec']
    ])
  })
})
