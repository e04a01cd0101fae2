import { execa } from 'execa'
import { expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import { checked } from '../../scripts/task-kills/check.ts'
import { isClean, reportText } from '../../scripts/task-kills/report.ts'
import type { Report } from '../../scripts/task-kills/report.ts'

const main = `${import.meta.dirname}/../../scripts/task-kills/main.ts`
const typescript = `${import.meta.dirname}/../support/typescript.mjs`

it.each([[['2']], [['claims', '3']]])(
  'task-kills.sh %j finds nothing lost and nothing done twice',
  { timeout: 180_000 },
  async (args) => {
    await using _built = await commandFolder()
    const { stdout, stderr, exitCode } = await execa(process.execPath, ['--import', typescript, main, ...args], {
      reject: false
    })
    expect([stdout, stderr, exitCode]).toEqual([
      expect.stringMatching(/succeeded.*\nlost 0, endedTwice 0, twice 0, undone 0, leaked 0, unsent 0, left 0/s),
      '',
      0
    ])
  }
)

it('its report finds what is lost and done twice', () => {
  const task = (id: string, how: string, ends = 1) => ({ id, marker: id, how, ends })
  const all = [task('a', 'succeeded'), task('b', 'succeeded'), task('c', 'missing'), task('d', 'interrupted', 2)]
  const found = checked(all, ['a', 'a', 'd'])
  expect(found).toMatchObject({
    lost: ['c missing'],
    endedTwice: ['d interrupted'],
    twice: ['a'],
    undone: ['a succeeded', 'b succeeded']
  })
  const report: Report = { ...found, kills: 1, seconds: 1, leaked: [], unsent: [], left: [] }
  expect(isClean(report)).toBe(false)
  expect(reportText(report)).toContain('lost 1, endedTwice 1, twice 1, undone 2')
})
