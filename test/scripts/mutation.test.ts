import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutantsOf } from '../../scripts/mutation/mutants.ts'
import { importersOf } from '../../scripts/mutation/importers.ts'
import { sample } from '../../scripts/mutation/sample.ts'

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

  it('are sampled the same for the same seed', () => {
    const list = Array.from({ length: 50 }, (_, index) => index)
    expect(sample(list, 10, 7)).toEqual(sample(list, 10, 7))
    expect(sample(list, 10, 7)).not.toEqual(sample(list, 10, 8))
    expect(new Set(sample(list, 50, 7))).toEqual(new Set(list))
  })
})

it('the tests of a file are those that import it, the nearest named as such', () => {
  const tests = importersOf(join(import.meta.dirname, '../..'), 'scripts/mutation/sample.ts')
  expect([...tests]).toEqual([['test/scripts/mutation.test.ts', 1]])
})
