import { expect, it } from 'vitest'
import type { Claim } from '../../src/broker/broker.ts'
import { Homes } from '../../src/forwarding/homes.ts'
import type { WorkerBeat } from '../../src/wire/messages.ts'

const beatOf = (worker: string, more: Partial<WorkerBeat> = {}): WorkerBeat => ({
  ...{ worker, run: 'r', slots: 1, active: 0, draining: false, ready: true, version: 'v', agrees: 'a' },
  ...{ serves: true, ...more }
})

/** Of a broker in memory, with workers that come and go. */
function homesOf(...beats: WorkerBeat[]) {
  const claims = new Map<string, Claim>()
  const workers = new Map(beats.map((beat) => [beat.worker, beat]))
  const homes = new Homes({
    claims: {
      prepare: async () => {},
      holder: async (key) => claims.get(key),
      async take(key, holder, after) {
        if (claims.get(key)?.number !== after) return undefined
        claims.set(key, { holder, number: (after ?? 0) + 1 })
        return (after ?? 0) + 1
      },
      release: async (key) => void claims.delete(key)
    },
    usable: () => [...workers.values()],
    isGone: (worker) => !workers.has(worker)
  })
  return { homes, workers }
}

it('an owner stays at its worker, whichever come, and also while that one is gone', async () => {
  const { homes, workers } = homesOf(beatOf('a'))
  expect(await homes.of('anna', 'default')).toBe('a')
  for (const name of ['b', 'c', 'd']) workers.set(name, beatOf(name))
  expect(await homes.of('anna', 'default')).toBe('a')
  workers.delete('a')
  expect(await homes.of('anna', 'default')).toBe('a')
})

it('an owner whose worker said that nothing of it lasts starts over on another one when it is gone', async () => {
  const { homes, workers } = homesOf(beatOf('a', { ephemeral: true }))
  expect([await homes.of('anna', 'default'), await homes.holder('anna')]).toEqual(['a', 'a'])
  workers.set('b', beatOf('b'))
  expect(await homes.of('anna', 'default')).toBe('a')
  workers.delete('a')
  const both = await Promise.all([homes.of('anna', 'default'), homes.of('anna', 'default')])
  expect([...both, await homes.holder('anna')]).toEqual(['b', 'b', 'b'])
})

it('owners are spread over the workers that answer requests and have their workspace', async () => {
  const passing = ['d', 'e', 'f'].map((name) => beatOf(name, { ephemeral: true }))
  const { homes } = homesOf(
    ...passing,
    beatOf('a'),
    beatOf('b'),
    beatOf('old', { serves: false }),
    beatOf('c', { workspaces: ['x'] })
  )
  const found = await Promise.all(Array.from({ length: 40 }, (_, index) => homes.of(`owner ${index}`, 'default')))
  expect([...new Set(found)].sort()).toEqual(['a', 'b'])
  expect(await homes.of('one of x', 'x')).toMatch(/^[abc]$/)
  await expect(homesOf().homes.of('anna', 'default')).rejects.toMatchObject({ code: 'overloaded', retryAfter: 5 })
})
