import { describe, expect, it } from 'vitest'
import type { Blobs } from '../../src/store/blobs.ts'
import { attach, detach } from '../../src/store/detach.ts'
import { written } from '../../src/store/record-text.ts'

/** Gives a text its first character and its length for a name. */
const blobs = { write: async (_: string, text: string) => `${text[0]}${text.length}` } as Blobs
const lengths = (record: { body: string; bytes: number; blobs: { name: string }[] }) => [
  record.body.length,
  record.bytes,
  record.blobs.map(({ name }) => name)
]

describe('what is written of a record', () => {
  it.each([
    ['a short text', 65_535, [65_537, 65_537, []]],
    ['a long one', 65_536, [2, 2 + 65_536, ['x65536']]]
  ])('%s', async (_, length, expected) => {
    expect(lengths(await written('a', 'x'.repeat(length), blobs))).toEqual(expected)
  })

  it.each([
    ['much that is short', 262_143, [262_143, 262_143, []]],
    ['too much of it', 262_144, [4, 262_144, ['[262144']]]
  ])('%s', async (_, length, expected) => {
    const texts = Array.from({ length: 5 }, () => 'x'.repeat(50_000))
    const rest = length - JSON.stringify([...texts, '']).length
    expect(lengths(await written('a', [...texts, 'x'.repeat(rest)], blobs))).toEqual(expected)
  })

  it('bytes, not characters', async () => {
    expect((await written('a', 'é', blobs)).bytes).toBe(4)
  })
})

describe('long texts are taken out of a value, and put back', () => {
  const shared = { short: 'x' }
  it.each<[unknown, unknown, (string | number)[][]]>([
    ['long', '', [[]]],
    [['a', ['long'], shared], ['a', [''], shared], [[1, 0]]],
    [{ a: { b: 'long' }, c: shared, d: 'long' }, { a: { b: '' }, c: shared, d: '' }, [['a', 'b'], ['d']]],
    [{ n: null, t: true, i: 1, o: {}, l: [] }, { n: null, t: true, i: 1, o: {}, l: [] }, []],
    ['lon\ud800', 'lon\ud800', []]
  ])('%j', (value, rest, paths) => {
    const before = JSON.stringify(value)
    const found = detach(value, 4)
    expect([found.rest, found.detached.map(({ path }) => path)]).toEqual([rest, paths])
    expect(JSON.stringify(value)).toBe(before)
    const back = found.detached
      .map(({ path, text }) => ({ path, text: path.length > 0 ? text : JSON.stringify(text) }))
      .reduce(attach, JSON.parse(JSON.stringify(found.rest)))
    expect(JSON.stringify(back)).toBe(before)
  })

  it('but what has none stays the same object', () => {
    for (const value of [['a', { b: 'c' }], { a: ['b'] }]) expect(detach(value, 4).rest).toBe(value)
    const value = { a: ['long'], b: shared }
    expect((detach(value, 4).rest as typeof value).b).toBe(shared)
  })

  it.each([
    ['nothing', null, ['a']],
    ['a text', 'text', [0]],
    ['no such field', { a: 'b' }, ['c']],
    ['a field of all objects', {}, ['constructor']],
    ['no such place on the way', { a: {} }, ['a', 'b', 'c']]
  ])('which fails where there is %s', (_, value, path) => {
    expect(() => attach(value, { path, text: 'x' })).toThrow('a blob has no place in its record')
  })
})
