import { describe, expect, it } from 'vitest'
import { Base64Bytes } from '../../src/openai/base64-bytes.ts'

const prefix = 'data:;base64,'
const over = (bytes: Buffer) => new Base64Bytes(prefix + bytes.toString('base64'), prefix.length)

describe('bytes behind base64', () => {
  it.each([0, 1, 2, 3, 4, 49_152, 49_153])('are as many as there are: %s', (length) => {
    const bytes = over(Buffer.alloc(length, 7))
    expect(bytes.length).toBe(length)
    expect([bytes.at(length - 1), bytes.at(length)]).toEqual([length > 0 ? 7 : NaN, NaN])
  })

  it('are read one by one, as numbers and as texts, also between two windows', () => {
    const [bytes, edge] = [Buffer.alloc(100_000), 49_152]
    bytes.write('\x01\x02\x03\x04\x05\xff', edge - 3, 'latin1')
    const read = over(bytes)
    expect(read.big(edge - 3, 4)).toBe(0x01020304)
    expect(read.little(edge - 3, 4)).toBe(0x04030201)
    expect(read.text(edge - 3, 6)).toBe('\x01\x02\x03\x04\x05\xff')
    expect(read.at(edge + 2)).toBe(0xff)
    expect(read.at(edge - 3)).toBe(1)
  })

  it('are missing beyond the end', () => {
    const read = over(Buffer.from('abc'))
    expect([read.big(1, 3), read.little(1, 3), read.text(1, 9), read.piece(3, 9).length]).toEqual([NaN, NaN, 'bc', 0])
  })

  it('come in pieces of at most a window', () => {
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251))
    const read = over(bytes)
    expect(read.piece(10, 5)).toEqual(bytes.subarray(10, 15))
    expect(read.piece(49_150, 9)).toEqual(bytes.subarray(49_150, 49_152))
    expect(read.piece(49_152, 9_999)).toEqual(bytes.subarray(49_152))
  })
})
