import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { importersOf } from '../../scripts/mutation/importers.ts'
import { mutantsOf } from '../../scripts/mutation/mutants.ts'
import { schemataOf } from '../../scripts/mutation/schemata.ts'

describe('the mutants of a file', () => {
  it('change an operator, a boolean, a number, a condition, or leave out a call, and nothing in types', () => {
    const text = 'type A = true\nif (a < 1) go(false)\nconst b = c ? d : e\n'
    expect(mutantsOf('x.ts', text).map(({ line, original, replacement }) => [line, original, replacement])).toEqual([
      [2, 'a < 1', '!(a < 1)'],
      [2, '<', '<='],
      [2, '1', '(1 + 1)'],
      [2, 'go(false)', ';'],
      [2, 'false', 'true'],
      [3, 'c', '!(c)']
    ])
  })
})

describe('a source text with all of its mutants', () => {
  const text = `const seen = []
    const note = (value) => { seen.push(value); return value }
    for (let a = 0; a <= 3; a += 1) {
      if (a < 2 && note(a) !== 1 || a === 2 && !(a > 2)) note('if')
      else note(a + 1 - 2)
      note(a >= 1 ? true : { false: false })
      if (seen.length > 40) break
    }
    seen`
  const mutants = mutantsOf('x.ts', text)
  const schemata = schemataOf(text, mutants, (mutant) => mutants.indexOf(mutant))
  const run = (code: string, active?: number) => {
    const context = active === undefined ? {} : { __mutant: (number: number) => number === active }
    try {
      return JSON.stringify(runInNewContext(code, context, { timeout: 1000 }))
    } catch (error) {
      return String((error as Error).message)
    }
  }

  it('does what the text does while none is active, also without a switch', () => {
    expect(run(schemata)).toBe(run(text))
    expect(run(schemata, -1)).toBe(run(text))
  })

  it.each(mutants.map((mutant, number) => ({ ...mutant, number })))(
    'does what the text with this one change does: $original → $replacement at $start',
    ({ start, end, replacement, number }) => {
      expect(schemata.split(`__mutant?.(${number})`)).toHaveLength(2)
      expect(run(schemata, number)).toBe(run(text.slice(0, start) + replacement + text.slice(end)))
    }
  )

  it('has a place for each', () => {
    const [mutant] = mutantsOf('x.ts', 'go()')
    expect(() => schemataOf('stay(1)', mutant ? [mutant] : [], () => 0)).toThrow('no place for a mutant: line 1: go()')
  })
})

it('the tests of a file are those that import it, the nearest named as such', () => {
  const root = join(import.meta.dirname, '../..')
  expect([...importersOf(root, ['scripts/mutation/schemata.ts'])]).toEqual([['test/scripts/mutation.test.ts', 1]])
  expect(
    importersOf(root, ['scripts/mutation/mutants.ts', 'src/turn/deadline.ts']).get('test/turn/deadline.test.ts')
  ).toBe(1)
})
