import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ask, closeClient } from '../../scripts/bench/client.ts'
import { figuresFrom, shown } from '../../scripts/bench/figures.ts'
import { optionsFrom } from '../../scripts/bench/options.ts'
import { plotOf } from '../../scripts/bench/plot.ts'
import { textOf } from '../../scripts/bench/report.ts'
import { shortfalls } from '../../scripts/bench/row.ts'
import type { GrowthPoint, Row } from '../../scripts/bench/row.ts'
import { atOnce, interleaved } from '../../scripts/bench/sampling.ts'
import { listen } from '../http/start-server.ts'

const about = {
  system: 'linux x64',
  processor: 'Test',
  cores: 2,
  memoryGb: 4,
  node: 'v20.0.0',
  date: '2026-01-02',
  seconds: 9,
  quick: false
}
const row: Row = {
  what: 'an answer',
  unit: 'ms',
  ours: figuresFrom([30, 10, 20]),
  other: { what: 'by hand', figures: figuresFrom([10, 20, 5]) },
  target: { text: '≤ 1.3 ×', met: false }
}
const point = (load: number, ms: number): GrowthPoint => ({
  load,
  ms: figuresFrom([ms, ms * 2]),
  perSecond: 50,
  gatewayMb: 90,
  allMb: NaN
})

describe('the figures of a bench', () => {
  it('are the least, the middle and the 95th of a hundred, in any order', () => {
    const samples = Array.from({ length: 101 }, (_, index) => 100 - index)
    expect(figuresFrom(samples)).toEqual({ min: 0, median: 50, p95: 95, count: 101 })
    expect([1234.5, 123.4, 12.34, 1.234, NaN].map(shown)).toEqual(['1,235', '123', '12.3', '1.23', '–'])
  })

  it('are taken in turn, after a round that does not count', async () => {
    const order: string[] = []
    const measure = (name: string) => async () => [order.push(name)]
    expect(await interleaved(2, { one: measure('one'), other: measure('other') })).toEqual({
      one: [3, 6],
      other: [4, 5]
    })
    expect(order.join(' ')).toBe('other one one other other one')
  })

  it('come from so many at once and no more', async () => {
    let running = 0
    let most = 0
    const { results } = await atOnce(3, 10, async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      return running--
    })
    expect([most, results.length]).toEqual([3, 10])
  })
})

describe('the report of a bench', () => {
  it('says of every row its figures, its ratio and whether the target is met', () => {
    const text = textOf(
      { rows: [row], failed: [], clients: [{ what: 'exec', points: [point(4, 20)] }], history: [] },
      about
    )
    expect(text).toContain(
      '| an answer | 10.0 / 20.0 / 30.0 ms | 5.00 / 10.0 / 20.0 | by hand | 2.00 | ≤ 1.3 × | **not met** |'
    )
    expect(text).toContain('| 4 | exec | 20.0 / 40.0 / 40.0 | 50.0 | 90.0 | – |')
    expect(text).toContain('2 × Test')
  })

  it('names at its end what missed its target and what could not be measured', () => {
    const results = { rows: [row], failed: [{ what: 'streams', why: 'socket hang up' }], clients: [], history: [] }
    const lines = [
      'an answer missed its target: 20.0 ms, 2.00 × by hand; wanted ≤ 1.3 ×',
      'streams could not be measured: socket hang up'
    ]
    expect(shortfalls(results)).toEqual(lines)
    expect(textOf(results, about)).toContain(lines.map((line) => `- ${line}`).join('\n'))
    const met = { ...row, target: { text: '≤ 3 ×', met: true } }
    expect(textOf({ ...results, rows: [met], failed: [] }, about)).toContain('Every target is met.')
  })

  it('has a plot with a line for each subject, within its frame', () => {
    const svg = plotOf([
      { what: 'a < b', points: [point(1, 10), point(64, 900)] },
      { what: 'c', points: [point(1, 5), point(64, 100)] }
    ])
    const lines = [...svg.matchAll(/<polyline points="([^"]+)"/g)].map(([, points]) =>
      points!.split(' ').map((pair) => pair.split(',').map(Number))
    )
    expect(lines).toHaveLength(4)
    for (const [x = NaN, y = NaN] of lines.flat()) expect(x >= 70 && x <= 530 && y >= 30 && y <= 370).toBe(true)
    expect(svg).toContain('a &lt; b')
  })
})

describe('the client of the bench', () => {
  it('asks again where a server closes an idle connection, and not where it hangs up on a new one', async () => {
    const seen = new WeakSet<object>()
    const answer = '{"choices":[{"finish_reason":"stop"}]}'
    const server = createServer((req, res) => {
      if (seen.has(req.socket)) return void req.socket.destroy()
      seen.add(req.socket)
      res.end(answer)
    })
    await using served = await listen(server)
    const target = { url: served.url, model: 'm' }
    await ask(target)
    expect((await ask(target)).ms).toBeGreaterThan(0)
    await using rude = await listen(createServer((req) => void req.socket.destroy()))
    await expect(ask({ ...target, url: rude.url })).rejects.toThrow('socket hang up')
    closeClient()
  })
})

describe('the command line of the bench', () => {
  it('takes another gateway with or without /v1', () => {
    expect(optionsFrom(['--against', 'http://127.0.0.1:9/v1/', '--token', 't', '--only', 'exec,alone'])).toMatchObject({
      against: { url: 'http://127.0.0.1:9', token: 't', model: 'gpt-5.5' },
      only: new Set(['exec', 'alone']),
      quick: false,
      out: 'bench'
    })
    expect(optionsFrom(['--help'])).toBeUndefined()
    expect(() => optionsFrom(['--wrong'])).toThrow(/--wrong/)
  })
})
