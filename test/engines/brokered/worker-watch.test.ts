import { describe, expect, it } from 'vitest'
import { NobodyListens } from '../../../src/broker/broker.ts'
import type { Mail } from '../../../src/broker/broker.ts'
import { Roster } from '../../../src/engines/brokered/roster.ts'
import { WorkerWatch } from '../../../src/engines/brokered/worker-watch.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'
import { beat, clock } from './beats.ts'

/** A watch over turns of the worker `w`, given `run: ms` by the times at which they were given away. */
function watchOf(turns: Record<string, number>, reconnects = 0) {
  const roster = new Roster()
  const lost: string[] = []
  const asked: ((reply: unknown) => void)[] = []
  const mail = {
    reconnects,
    request: () =>
      new Promise((resolve, reject) => asked.push((reply) => (reply instanceof Error ? reject(reply) : resolve(reply))))
  } as unknown as Mail
  const ticker = { since: performance.now() }
  const watch = new WorkerWatch({
    ...{ mail, subjects: subjectsFor('test'), roster, ticker },
    lost: (worker, isLost) => {
      for (const [run, at] of Object.entries(turns)) if (isLost({ worker, run, at })) lost.push(run)
    }
  })
  return { watch, roster, lost, asked, ticker }
}

describe('turns of a worker', () => {
  it('are lost when it has given no sign of life for ten seconds, since they were given away', () => {
    const { pass, now } = clock()
    const { watch, lost } = watchOf({ old: now(), young: now() + 1 })
    pass(10_000)
    watch.look('w')
    expect(lost).toEqual([])
    pass(1)
    watch.look('w')
    expect(lost).toEqual(['old'])
  })

  it('are lost when its beat is of another run, but not those given away since', () => {
    const { pass, now } = clock()
    const { watch, roster, lost } = watchOf({ first: now(), second: now(), third: now() + 2 })
    pass(1)
    roster.noteBeat(beat({ run: 'second' }))
    watch.look('w')
    expect(lost).toEqual(['first'])
  })

  it('are asked for once after more than 1.3 s of silence; a worker of another run has lost them', async () => {
    const { pass, now } = clock()
    const { watch, roster, lost, asked } = watchOf({ first: now(), later: now() + 1_301 })
    roster.noteBeat(beat())
    pass(1_300)
    watch.look('w')
    expect(asked).toHaveLength(0)
    pass(1)
    for (let time = 0; time < 2; time++) watch.look('w')
    expect(asked).toHaveLength(1)
    asked[0]?.({ run: 'second' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(lost).toEqual(['first'])
    expect(roster.get('w')?.at).toBe(now())
    pass(1_301)
    watch.look('w')
    expect(asked).toHaveLength(2)
  })

  it('are lost when nobody listens any more, once a worker has had time to reconnect', async () => {
    const { pass, now } = clock()
    const { watch, lost, asked } = watchOf({ first: now() }, 1)
    const nobody = async () => {
      watch.look('w')
      asked.at(-1)?.(new NobodyListens('w'))
      await new Promise((resolve) => setImmediate(resolve))
      return [...lost]
    }
    pass(3_000)
    expect(await nobody()).toEqual([])
    pass(1)
    expect(await nobody()).toEqual(['first'])
  })

  it('are not lost when it does not answer', async () => {
    const { pass, now } = clock()
    const { watch, lost, asked } = watchOf({ first: now() })
    pass(2_000)
    for (const answer of [new Error('timeout'), {}]) {
      watch.look('w')
      asked.at(-1)?.(answer)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([lost, asked.length]).toEqual([[], 2])
  })
})
