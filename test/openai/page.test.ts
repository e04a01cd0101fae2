import { expect, it } from 'vitest'
import { metadata } from '../../src/openai/metadata.ts'
import { pageFrom, pageOf, pageQueryOf } from '../../src/openai/page.ts'

const query = pageQueryOf('desc')

it.each([
  [{}, { limit: 20, order: 'desc' }],
  [
    { limit: '1', order: 'asc', after: 'x' },
    { limit: 1, order: 'asc', after: 'x' }
  ],
  [{ limit: '100' }, { limit: 100, order: 'desc' }],
  [{ limit: '0' }, undefined],
  [{ limit: '101' }, undefined],
  [{ order: 'up' }, undefined]
])('the query %j asks for %j', (sent, wanted) => {
  expect(query.safeParse(sent).data).toEqual(wanted)
})

it.each([
  [[], null, null],
  [['a'], 'a', 'a'],
  [['a', 'b', 'c'], 'a', 'c']
])('a page of %j names its first and its last', (ids, first_id, last_id) => {
  const data = ids.map((id) => ({ id }))
  expect(pageOf(data, true)).toEqual({ object: 'list', data, first_id, last_id, has_more: true })
})

it('a page behind what is not there is refused', () => {
  const shown = (id: string) => ({ id: `x_${id}` })
  expect(pageFrom({ values: ['a'], more: false }, undefined, shown)).toMatchObject({ first_id: 'x_a', has_more: false })
  expect(() => pageFrom(undefined, 'b', shown)).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: 'after' }) as Error
  )
})

it.each([
  [16, 64, 512, true],
  [17, 64, 512, false],
  [16, 65, 512, false],
  [16, 64, 513, false]
])('metadata of %i pairs, keys of %i and values of %i characters is taken: %s', (pairs, key, value, isTaken) => {
  const keys = Array.from({ length: pairs }, (_, index) => String(index).padEnd(key, '-'))
  expect(metadata.safeParse(Object.fromEntries(keys.map((one) => [one, 'x'.repeat(value)]))).success).toBe(isTaken)
})
