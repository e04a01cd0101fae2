import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { limited } from '../../../src/engines/limited.ts'
import { TurnQueue } from '../../../src/engines/queue.ts'
import { admitted, stuck } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'memory-'))
})
afterEach(() => rm(home, { recursive: true }))

it('a background response whose turn is refused by a full queue is 429, and nothing is stored', async () => {
  const { step, reached } = stuck()
  await using served = await startResponses([admitted, step], {
    home,
    wrap: (engine) => limited(engine, new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000 }))
  })
  const background = { ...ask, background: true }
  const first = await served.post(background)
  await reached
  const second = await served.post(background)
  const others = await Promise.all(Array.from({ length: 20 }, () => served.post(background)))
  expect([first.status, second.status, ...new Set(others.map(({ status }) => status))]).toEqual([200, 200, 429])
  expect(served.records?.list('anonymous').entries).toHaveLength(2)
})
