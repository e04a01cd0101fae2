import { expect, it } from 'vitest'
import { isHostName } from '../../src/turn/host-name.ts'

const label = 'a'.repeat(63)

it.each([
  ['example.com', true],
  ['127.0.0.1', true],
  ['LOCALHOST', true],
  [`${label}.${label}.${label}.${'a'.repeat(61)}`, true],
  [`${label}.${label}.${label}.${'a'.repeat(62)}`, false],
  [`${label}a`, false],
  ['', false],
  ['*.example.com', false],
  ['example.com:80', false],
  ['example.com/a', false],
  ['-a.example', false]
])('%s is an exact host name: %s', (text, is) => {
  expect(isHostName(text)).toBe(is)
})
