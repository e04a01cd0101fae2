import { createHmac } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { legacyDocuments } from '../../src/store/legacy.ts'
import { storeFolder } from './opened.ts'

const random = '0123456789abcdef01234567'
const idOf = (owner: string) =>
  random + createHmac('sha256', 'the key').update(`${random}:${owner}`).digest('hex').slice(0, 24)

async function home(files: Record<string, string>): Promise<string> {
  const folder = await storeFolder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

it('documents of the first store are found, each with its owner where that is known', async () => {
  const [ann, bob] = [idOf('ann'), idOf('bob')]
  const folder = await home({
    key: 'the key',
    [`responses/${ann}.json`]: '{}',
    [`responses/${bob}.json`]: '{}',
    'responses/other.json': '{}',
    [`responses/${ann}.json.partial`]: '{}'
  })
  const found = await legacyDocuments(folder, new Set(['cleo', 'ann']))
  expect(found.map(({ id, owner }) => [id, owner]).sort()).toEqual(
    [
      [ann, 'ann'],
      [bob, undefined]
    ].sort()
  )
  for (const { path, id, usedAt } of found) {
    expect(path).toBe(join(folder, 'responses', `${id}.json`))
    expect(usedAt).toBe((await stat(path)).mtimeMs)
  }
})

it.each<[string, Record<string, string>]>([
  ['a key', { [`responses/${idOf('ann')}.json`]: '{}' }],
  ['a folder', { key: 'the key' }]
])('without %s there are none', async (_, files) => {
  expect(await legacyDocuments(await home(files), ['ann'])).toEqual([])
})
