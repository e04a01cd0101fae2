import { readdir, utimes, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { noteKind, opened, storeFolder } from './opened.ts'

it('files that no record names are deleted at the start once they are an hour old, and no others', async () => {
  const folder = await storeFolder()
  const { store } = opened(folder)
  const long = 'x'.repeat(200_000)
  await store.records(noteKind).put('a', '1', { text: long })
  const blobs = join(folder, 'blobs')
  await mkdir(join(blobs, 'zz'), { recursive: true })
  const [old, young] = [join(blobs, 'zz', 'zz-old'), join(blobs, 'zz', 'zz-young')]
  await Promise.all([writeFile(old, 'x'), writeFile(young, 'x')])
  const hoursAgo = new Date(Date.now() - 2 * 3_600_000)
  for (const name of await readdir(blobs, { recursive: true })) await utimes(join(blobs, name), hoursAgo, hoursAgo)
  await utimes(young, new Date(), new Date())
  opened(folder).store.check()
  expect(await readdir(join(blobs, 'zz'))).toEqual(['zz-young'])
  expect(await store.records(noteKind).get('a', '1')).toEqual({ text: long })
})
