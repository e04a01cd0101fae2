import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { documentsIn } from '../../src/store/documents.ts'
import { keyIn } from '../../src/store/key.ts'

const bounds = { lifeMs: 60_000, count: 100, bytes: 100_000 }

let base: string
let home: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'store-'))
  home = join(base, 'home')
})
afterEach(() => rm(base, { recursive: true }))

const files = () => readdir(join(home, 'responses'))

async function age(name: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms)
  await utimes(join(home, 'responses', `${name}.json`), then, then)
}

describe('documents', () => {
  it('are there for their owner, also after a restart, and for nobody else', async () => {
    const documents = documentsIn(home, bounds)
    const name = await documents.newName('a')
    await documents.put('a', name, { n: 1 })
    expect([await documents.get('a', name), await documentsIn(home, bounds).get('a', name)]).toEqual([
      { n: 1 },
      { n: 1 }
    ])
    expect([
      await documents.get('b', name),
      await documents.delete('b', name),
      await documents.get(
        'a',
        name.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
      )
    ]).toEqual([undefined, false, undefined])
    await expect(documents.put('b', name, {})).rejects.toThrow('owner')
  })

  it('may be replaced and deleted', async () => {
    const documents = documentsIn(home, bounds)
    const name = await documents.newName('a')
    await documents.put('a', name, 1)
    await documents.put('a', name, 2)
    expect([
      await documents.get('a', name),
      await documents.delete('a', name),
      await documents.get('a', name),
      await documents.delete('a', name)
    ]).toEqual([2, true, undefined, false])
    expect(await files()).toEqual([])
  })

  it('are found by no name but one that was made here', async () => {
    const documents = documentsIn(home, bounds)
    await writeFile(join(base, 'x.json'), '{}')
    for (const name of ['', '../../x', '0'.repeat(48), 'a\u0000'])
      expect(await documents.get('a', name)).toBeUndefined()
  })

  it('are for this user’s eyes only, and nothing is made before it is needed', async () => {
    const documents = documentsIn(home, bounds)
    expect(await readdir(base)).toEqual([])
    const name = await documents.newName('a')
    await documents.put('a', name, {})
    const modes = await Promise.all(
      [home, join(home, 'responses'), join(home, 'key'), join(home, 'responses', `${name}.json`)].map(async (path) =>
        ((await stat(path)).mode & 0o777).toString(8)
      )
    )
    expect(modes).toEqual(['700', '700', '600', '600'])
    expect(await files()).toEqual([`${name}.json`])
  })

  it('expire when they were not used for long, and are gone when the next is written', async () => {
    const documents = documentsIn(home, bounds)
    const [old, used] = [await documents.newName('a'), await documents.newName('a')]
    for (const name of [old, used]) await documents.put('a', name, {})
    for (const name of [old, used]) await age(name, 61_000)
    await documents.touch('a', used)
    expect([await documents.get('a', old), await documents.get('a', used)]).toEqual([undefined, {}])
    await documentsIn(home, bounds).put('a', used, {})
    expect(await files()).toEqual([`${used}.json`])
  })

  it.each([
    ['number', { count: 3 }],
    ['size', { bytes: 50 }]
  ])('are bounded in %s, the longest unused go first', async (_title, bound) => {
    const documents = documentsIn(home, { ...bounds, ...bound })
    const names: string[] = []
    for (let index = 0; index < 6; index++) {
      names.push(await documents.newName('a'))
      await documents.put('a', names.at(-1)!, 'x'.repeat(10))
      await age(names.at(-1)!, 1_000 * (10 - index))
    }
    const left = await files()
    expect(left.length).toBeLessThanOrEqual(4)
    expect(left).toContain(`${names.at(-1)}.json`)
    expect(left).not.toContain(`${names[0]}.json`)
  })
})

it('a key is made once, however many ask for it', async () => {
  const path = join(home, 'key')
  const keys = await Promise.all(Array.from({ length: 8 }, () => keyIn(path)))
  expect(new Set(keys.map((key) => key.toString('hex')))).toEqual(new Set([(await readFile(path)).toString('hex')]))
  expect(await readdir(home)).toEqual(['key'])
})
