import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { Presence } from '../../src/store/presence.ts'
import { noteKind, opened, storeFolder } from './opened.ts'

const typescript = join(import.meta.dirname, '..', 'support', 'typescript.mjs')
const start = (script: string, ...argv: string[]) =>
  spawn(process.execPath, ['--import', typescript, join(import.meta.dirname, script), ...argv], {
    stdio: ['ignore', 'pipe', 'inherit']
  })

/** The records that a process says it has written before it is killed, after `count` of them. */
async function written(folder: string, prefix: string, count: number): Promise<string[]> {
  const child = start('writer.mjs', folder, prefix)
  const ids: string[] = []
  for await (const id of createInterface({ input: child.stdout })) if (ids.push(id) === count) child.kill('SIGKILL')
  return ids
}

it('every record that was acknowledged survives processes that are killed while they write', async () => {
  const folder = await storeFolder()
  const runs = [1, 40, 90, 250].map((count, run) => [`${run}`, count] as const)
  const ids: string[] = []
  for (let run = 0; run < runs.length; run += 2)
    ids.push(...(await Promise.all(runs.slice(run, run + 2).map((each) => written(folder, ...each)))).flat())
  const { store, lines } = opened(folder)
  store.check()
  const records = store.records({ ...noteKind, bounds: { ttlMs: 3_600_000, count: 100_000, bytes: 1e9 } })
  const owner = (id: string) => (Number(id.split('-')[1]) % 2 ? 'a' : 'b')
  for (const id of ids) expect(await records.get(owner(id), id), id).toBeDefined()
  expect(ids.length).toBeGreaterThan(350)
  expect(lines).toEqual([])
}, 180_000)

it('a process is known to be alive until it ends, however it ends', async () => {
  const folder = await storeFolder()
  using own = new Presence(folder)
  const child = start('alive.mjs', folder)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const id = (await lines.next()).value as string
  expect([own.isAlive(own.id), own.isAlive(id), own.isAlive('nobody')]).toEqual([true, true, false])
  const before = readdirSync(folder)
  expect(own.isAlive(randomUUID())).toBe(false)
  expect(readdirSync(folder)).toEqual(before)
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(own.isAlive(id)).toBe(false)
  using other = new Presence(folder)
  expect([own.isAlive(other.id), other.isAlive(own.id)]).toEqual([true, true])
  const marks = readdirSync(folder).filter((name) => name.endsWith('.lock'))
  expect(marks.toSorted()).toEqual([own, other].map((presence) => `${presence.id}.lock`).toSorted())
}, 180_000)
