import { execa } from 'execa'
import { expect, it } from 'vitest'
import { isClean, reportText } from '../../scripts/soak/brokered/report.ts'
import type { Report } from '../../scripts/soak/brokered/report.ts'
import { commandFolder } from '../support/command.ts'
import { needing } from '../support/left-out.ts'
import { natsServer } from '../support/nats.ts'

const main = `${import.meta.dirname}/../../scripts/soak/brokered/main.ts`
const typescript = `${import.meta.dirname}/../support/typescript.mjs`

needing('nats-server', natsServer !== undefined, () => {
  it(
    'soak.sh --brokered: nothing starts twice, is wrong or has no end while machines are killed, frozen and cut off',
    { timeout: 180_000 },
    async () => {
      await using _built = await commandFolder()
      const { stdout, stderr, exitCode } = await execa(process.execPath, ['--import', typescript, main, '15'], {
        reject: false
      })
      expect([stdout, stderr, exitCode]).toEqual([
        expect.stringMatching(/completed [1-9].*\nstarted twice 0, wrong results 0, without an end 0\n\(seed \d+\)$/s),
        '',
        0
      ])
    }
  )
})

it('its report finds what was started twice, never, or not to the end', () => {
  const report: Report = {
    seconds: 1,
    turns: [
      { turn: 1, outcome: 'completed' },
      { turn: 2, outcome: 'completed' },
      { turn: 3, outcome: undefined, wrong: 'it had no end', where: 'serve-1, streamed, after its head' },
      { turn: 4, outcome: undefined, wrong: 'it said 5:0' },
      { turn: 5, outcome: 'engine_stopped' },
      { turn: 6, outcome: 'timeout' },
      { turn: 7, outcome: 'timeout' }
    ],
    starts: new Map([
      [1, 1],
      [5, 2],
      [7, 1]
    ]),
    faults: new Map([['worker killed', 2]]),
    spoiled: 9,
    bugs: []
  }
  expect(isClean(report)).toBe(false)
  expect(reportText(report)).toContain(
    'started twice 1, wrong results 3, without an end 1\n✗ turn 5 was started 2 times'
  )
  expect(isClean({ ...report, turns: [{ turn: 1, outcome: 'completed' }], starts: new Map([[1, 1]]) })).toBe(true)
  expect(isClean({ ...report, turns: [], starts: new Map() })).toBe(false)
})
