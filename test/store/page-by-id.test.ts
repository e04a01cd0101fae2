import { expect, it } from 'vitest'
import { pageById } from '../../src/store/page-by-id.ts'

it.each([
  [{ order: 'asc' }, { start: '', comparison: '>' }],
  [{ order: 'desc' }, { start: '~', comparison: '<' }],
  [
    { order: 'asc', after: 'a' },
    { start: 'a', comparison: '>' }
  ],
  [
    { order: 'desc', after: 'a' },
    { start: 'a', comparison: '<' }
  ]
] as const)('a page with %j begins in order', (wish, place) => {
  expect(pageById(wish)).toEqual(place)
})
