import { expect, it } from 'vitest'
import { canonicalArguments, isSameArguments } from '../../../src/engines/app-server/waiting/arguments.ts'

it.each([
  ['', '{}'],
  [' { "b": [ {"d":1,"c":2} ], "a": null } ', '{"a":null,"b":[{"c":2,"d":1}]}'],
  ['{"b":{"d":1,"c":[2,1]},"a":0}', '{"a":0,"b":{"c":[2,1],"d":1}}'],
  ['{ "a": 0 }', '{"a":0}'],
  ['{"a":0}', '{"a":0}'],
  ['no JSON', 'no JSON'],
  ['{"a":', '{"a":']
])('the canonical form of the arguments %j is %j', (text, canonical) => {
  expect(canonicalArguments(text)).toBe(canonical)
})

it.each([
  ['{"a":1,"b":{"c":[1,2]}}', '{"b":{"c":[1,2],"default":0},"a":1}', true],
  ['{"a":1,"b":[{"c":2}]}', '{ "b": [{"c": 2}], "a": 1 }', true],
  ['{"a":1}', '{"a":1,"unit":"C"}', true],
  ['', '{}', true],
  ['{"a":1}', '{"a":2}', false],
  ['{"a":1,"b":2}', '{"a":1}', false],
  ['{"a":null}', '{}', false],
  ['{"a":[1,2]}', '{"a":[1]}', false],
  ['{"a":1}', '{}', false],
  ['{"a":[1]}', '{"a":[1,2]}', false],
  ['{"a":[]}', '{"a":{}}', false],
  ['{"a":{}}', '{"a":null}', false],
  ['{"toString":1}', '{}', false],
  ['no JSON', 'no JSON', true],
  ['no JSON', '{}', false],
  ['{}', 'no JSON', false]
])('the arguments %j come back as %j: %j', (ours, theirs, isSame) => {
  expect(isSameArguments(ours, theirs)).toBe(isSame)
})

it('arguments are compared one by one down to 64 levels, and as they are written below', () => {
  const nested = (levels: number, inner: string) => '{"a":'.repeat(levels) + inner + '}'.repeat(levels)
  const [one, other] = ['{"b":1,"c":2}', '{"c":2,"b":1}']
  expect(isSameArguments(nested(63, one), nested(63, other))).toBe(true)
  expect(isSameArguments(nested(64, one), nested(64, other))).toBe(false)
  expect(isSameArguments(nested(64, one), nested(64, one))).toBe(true)
  expect(canonicalArguments(nested(63, other))).toBe(nested(63, one))
  expect(canonicalArguments(nested(64, other))).toBe(nested(64, other))
})
