import { expect, it } from 'vitest'
import { latest } from '../../src/sessions/latest.ts'

it('rows of one batch stay where each came first, and have what was said of them last', () => {
  const rows = [
    { seq: 1, id: 'a', body: 'begun' },
    { seq: 2, id: 'b', body: 'begun' },
    { seq: 3, id: 'a', body: 'ended' }
  ]
  const written = latest(rows, ({ id }) => id, 'body')
  expect(written).toEqual([
    { seq: 1, id: 'a', body: 'ended' },
    { seq: 2, id: 'b', body: 'begun' }
  ])
})
