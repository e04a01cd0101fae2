import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { unknownFields } from '../../src/api/read-request.ts'

const schema = z.object({
  name: z.string().nullish(),
  input: z.array(z.object({ type: z.string() })).optional(),
  free: z.record(z.string(), z.unknown()).optional()
})

const unknown = (sent: object) => unknownFields(sent, schema.parse(sent))

describe('the fields that have no effect', () => {
  it('are named as paths; null is no field', () => {
    expect(unknown({ name: 'x', extra: 1, none: null })).toEqual(['extra'])
    expect(unknown({ input: [{ type: 'a' }, { type: 'b', detail: 'high', deep: { er: 1 } }] })).toEqual([
      'input[1].detail',
      'input[1].deep'
    ])
    expect(unknown({ name: null, free: { anything: { goes: 1 } } })).toEqual([])
  })

  it('cannot break a header, nor fill it', () => {
    expect(unknown({ 'a\r\nset-cookie: x': 1, ü: 2, constructor: 3 })).toEqual(['a??set-cookie??x', '?', 'constructor'])
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`${index}${'n'.repeat(99)}`, 1]))
    expect(unknown(many)).toHaveLength(20)
    expect(Math.max(...unknown(many).map(({ length }) => length))).toBe(64)
  })
})
