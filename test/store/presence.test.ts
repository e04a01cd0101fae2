import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Presence } from '../../src/store/presence.ts'
import { storeFolder } from './opened.ts'

function marked(folder: string): Presence {
  const presence = new Presence(folder)
  onTestFinished(() => presence[Symbol.dispose]())
  return presence
}

it('a mark is known to others, and to itself, until it is taken away', async () => {
  const folder = await storeFolder()
  const [one, other] = [marked(folder), marked(folder)]
  expect([one, other].map(({ id }) => [one.isAlive(id), other.isAlive(id)])).toEqual([
    [true, true],
    [true, true]
  ])
  expect(other.isAlive(one.id)).toBe(true) // to look does not end it
  one[Symbol.dispose]()
  expect([other.isAlive(one.id), one.isCurrent, other.isCurrent]).toEqual([false, false, true])
  expect(await readdir(folder)).toEqual([`${other.id}.lock`])
})

it('a mark that nobody holds is dead, and taken away by the next process', async () => {
  const folder = await storeFolder()
  const one = marked(folder)
  const dead = '01234567-89ab-cdef-0123-456789abcdef'
  for (const name of [`${dead}.lock`, 'notes.txt']) await writeFile(join(folder, name), '')
  expect(one.isAlive(dead)).toBe(false)
  const other = marked(folder)
  expect((await readdir(folder)).sort()).toEqual([`${one.id}.lock`, `${other.id}.lock`, 'notes.txt'].sort())
})

it.each(['', 'x', '../gateways/x', '01234567-89ab-cdef-0123-456789abcdef'])(
  'no process has the mark %j',
  async (id) => {
    const folder = await storeFolder()
    const presence = marked(folder)
    await writeFile(join(folder, 'x.lock'), '')
    expect(presence.isAlive(id)).toBe(false)
    expect(await readdir(folder)).toHaveLength(2)
  }
)
