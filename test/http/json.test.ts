import { describe, expect, it } from 'vitest'
import { jsonBodyFrom, maxDepth, maxValues } from '../../src/http/body/json.ts'

const read = (text: string) => jsonBodyFrom(Buffer.from(text))
const refusal = (bytes: Uint8Array | string) => {
  try {
    return jsonBodyFrom(Buffer.from(bytes))
  } catch (error) {
    return (error as { reason?: string }).reason
  }
}

describe('a JSON body', () => {
  it('is read as it stands', () => {
    expect(read('{"a":[1,"\\"}]\\\\",{"b":null}],"😀":"\\ud83d\\ude00"}')).toEqual({
      a: [1, '"}]\\', { b: null }],
      '😀': '😀'
    })
  })

  it('takes the last of two members of one name', () => {
    expect(read('{"a":1,"a":2}')).toEqual({ a: 2 })
  })

  it.each([
    ['empty', ''],
    ['cut', '{"a":'],
    ['a scalar', '1'],
    ['null', 'null'],
    ['a string', '"{}"'],
    ['an array', '[]'],
    ['NaN', '{"a":NaN}'],
    ['a comment', '{/**/}'],
    ['a trailing comma', '{"a":1,}'],
    ['two BOMs', '\ufeff\ufeff{}'],
    ['two values', '{}{}'],
    ['an open string', '{"a'],
    ['a string ended by an escape', '{"a\\"']
  ])('is refused when it is %s', (_, text) => expect(refusal(text)).toBe('invalid_json'))

  it.each([
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['overlong', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"a":"\u4e00\udc00"}', 'utf16le')],
    ['a lone high surrogate', '{"a":["\\ud800"]}'],
    ['a lone low surrogate', '{"a":{"b":"\\uDC00x"}}'],
    ['a lone surrogate in a name', '{"\\ud800":1}']
  ])('is refused when it holds text that is %s', (_, bytes) => expect(refusal(bytes)).toBe('invalid_encoding'))

  it('may show an escape as text', () => {
    expect(read('{"a":"\\\\ud800"}')).toEqual({ a: '\\ud800' })
  })

  it('is refused beyond the allowed depth, at any size and at once', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    expect(read(nested(maxDepth))).toHaveProperty('a')
    const begun = process.cpuUsage()
    expect([maxDepth + 1, 100_000].map((depth) => refusal(nested(depth)))).toEqual(['too_deep', 'too_deep'])
    expect(refusal(`{"a":${'['.repeat(5_000_000)}`)).toBe('too_deep')
    expect(process.cpuUsage(begun).user).toBeLessThan(300_000) // microseconds
  })

  it('is refused with too many values, before they are built', () => {
    const begun = process.cpuUsage()
    expect(refusal(`{"a":[${'1,'.repeat(maxValues + 1)}1]}`)).toBe('too_many_values')
    expect(refusal(`{"a":"${'\\"'.repeat(2_000_000)}`)).toBe('invalid_json')
    expect(process.cpuUsage(begun).user).toBeLessThan(300_000) // microseconds
  })

  it('may name __proto__ without touching any prototype', () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
