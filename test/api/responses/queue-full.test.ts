import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Engine } from '../../../src/turn/engine.ts'
import { limited } from '../../../src/engines/limited.ts'
import { TurnQueue } from '../../../src/engines/queue.ts'
import { admitted, completed, gate, message, stuck } from '../../support/scripted-engine.ts'
import { ask, startResponses } from './start-responses.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'memory-'))
})
afterEach(() => rm(home, { recursive: true }))

/** Counts in `open` the turns that have not been left. */
const counted = (engine: Engine, open: { turns: number }): Engine => ({
  ...engine,
  async *run(...args) {
    open.turns += 1
    try {
      yield* engine.run(...args)
    } finally {
      open.turns -= 1
    }
  }
})

it('a background response whose turn is refused by a full queue is 429, and nothing is stored or left running', async () => {
  const { step, reached } = stuck()
  const open = { turns: 0 }
  await using served = await startResponses([admitted, step], {
    home,
    wrap: (engine) => counted(limited(engine, new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000 })), open)
  })
  const background = { ...ask, background: true }
  const first = await served.post(background)
  await reached
  const second = await served.post(background)
  const others = await Promise.all(Array.from({ length: 20 }, () => served.post(background)))
  expect([first.status, second.status, ...new Set(others.map(({ status }) => status))]).toEqual([200, 200, 429])
  expect(served.records?.list('anonymous').entries).toHaveLength(2)
  expect(open.turns).toBe(2)
})

it('a background response has its slot until it is complete, also when its request is answered and its client gone', async () => {
  const { step, open } = gate()
  let count = 0
  const script = () =>
    count++ === 0 ? [step, ...message('m', 'pong'), completed] : [...message('m', 'pong'), completed]
  const queue = new TurnQueue({ concurrency: 1, queue: 0, patience: 10_000 })
  await using served = await startResponses(script, { home, wrap: (engine) => limited(engine, queue) })
  const first = await served.post({ ...ask, background: true })
  await first.arrayBuffer()
  expect([first.status, (await served.post(ask)).status, queue.active]).toEqual([200, 429, 1])
  open()
  await served.line(({ msg }) => /in the background/.test(String(msg)))
  expect([(await served.post(ask)).status, queue.active]).toEqual([200, 0])
})
