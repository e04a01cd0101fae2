import { expect, it } from 'vitest'
import { isOwnOrigin } from '../../../src/http/door/origin.ts'

it.each([
  ['gateway.example', 'https://gateway.example', true],
  ['GATEWAY.example:8000', 'http://gateway.example:8000', true],
  ['gateway.example', 'https://gateway.example:8000', false],
  ['gateway.example', 'https://other.example', false],
  ['gateway.example', 'null', false],
  ['gateway.example', undefined, false],
  [undefined, undefined, false],
  [undefined, 'https://gateway.example', false]
])('a request to %s from %s is of its own page: %s', (host, origin, expected) => {
  expect(isOwnOrigin({ ...(host !== undefined && { host }), ...(origin !== undefined && { origin }) })).toBe(expected)
})
