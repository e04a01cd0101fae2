import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { persistentThreadsIn } from '../../src/codex/threads/persistent-threads.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { threadExpiry } from '../../src/workspaces/thread-expiry.ts'

const bounds = { ttlMs: 60_000, count: 10, bytes: 1_000 }

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'threads-'))
})
afterEach(() => rm(home, { recursive: true }))

/** Keeps threads as files, each so many milliseconds old, in a home of a CLI that cannot delete them itself. */
async function threads(...ages: number[]): Promise<string[]> {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  folder = join(home, 'sessions', String(now.getFullYear()), two(now.getMonth() + 1), two(now.getDate()))
  await mkdir(folder, { recursive: true })
  return Promise.all(
    ages.map(async (age, index) => {
      const id = `${now
        .getTime()
        .toString(16)
        .padStart(12, '0')
        .replace(/^(.{8})/, '$1-')}-7000-8000-${String(index).padStart(12, '0')}`
      const path = join(folder, `rollout-2026-01-01T00-00-00-${id}.jsonl`)
      await writeFile(path, 'x'.repeat(100))
      const used = new Date(now.getTime() - age)
      await utimes(path, used, used)
      return id
    })
  )
}

const left = async () => (await readdir(folder)).map((name) => name.slice(-42, -6))
const stored = () => persistentThreadsIn(home, '/bin/false', { CODEX_HOME: home })

it.each<[string, typeof bounds, number[]]>([
  ['whose time is over', bounds, [0, 2]],
  ['beyond the number', { ...bounds, count: 1 }, [0]],
  ['beyond the bytes', { ...bounds, bytes: 150 }, [0]],
  ['at all, where none is to be stored,', { ...bounds, ttlMs: -1_000 }, []]
])('threads %s go', async (_title, within, stay) => {
  const ids = await threads(0, 61_000, 1_000)
  await using _expiry = threadExpiry(stored(), within)
  await expect.poll(left).toEqual(ids.filter((_id, index) => stay.includes(index)))
})

it('a home without threads is no obstacle', async () => {
  await threadExpiry(stored(), bounds)[Symbol.asyncDispose]()
  expect(await stored().all()).toEqual([])
})

it('a thread that cannot be deleted now does not end the process, and goes at a later look', async () => {
  const ids = await threads(61_000)
  let tries = 0
  const failsOnce = {
    all: stored().all,
    async delete(id: string) {
      if (tries++ === 0) throw new GatewayError('overloaded', 'No descriptor is free.')
      await stored().delete(id)
    }
  }
  await using _expiry = threadExpiry(failsOnce, { ...bounds, ttlMs: 1_000 })
  expect(await left()).toEqual(ids)
  await expect.poll(left, { timeout: 5_000 }).toEqual([])
})
