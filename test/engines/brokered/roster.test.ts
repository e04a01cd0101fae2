import { expect, it } from 'vitest'
import { Roster } from '../../../src/engines/brokered/roster.ts'
import { beat, clock } from './beats.ts'

it('a worker takes turns while its beats say so and are young', () => {
  const { pass } = clock()
  const roster = new Roster()
  roster.noteBeat({ worker: 'no beat' })
  for (const fields of [{}, { worker: 'x', ready: false }, { worker: 'y', draining: true }])
    roster.noteBeat(beat(fields))
  expect(roster.present().map(({ worker }) => worker)).toEqual(['w', 'x', 'y'])
  expect(roster.usable().map(({ worker }) => worker)).toEqual(['w'])
  pass(2_500)
  expect(roster.present()).toHaveLength(3)
  pass(1)
  expect(roster.present()).toEqual([])
  roster.noteAnswer('w')
  roster.noteAnswer('nobody')
  expect(roster.present().map(({ worker }) => worker)).toEqual(['w'])
})

it('the last time that a worker was ready is noted', () => {
  const { pass, now } = clock()
  const roster = new Roster()
  const start = now()
  pass(5)
  roster.noteBeat(beat({ ready: false }))
  expect(roster.lastReadyAt).toBe(start)
  roster.noteBeat(beat())
  expect(roster.lastReadyAt).toBe(start + 5)
})

it('free slots are those of its last beat without the turns given to it since', () => {
  const roster = new Roster()
  roster.noteBeat(beat({ slots: 3, active: 1 }))
  roster.noteBeat(beat({ worker: 'busy', slots: 1, active: 2 }))
  expect(roster.slots()).toEqual({ all: 4, free: 2 })
  for (const worker of ['w', 'nobody']) roster.noteGiven(worker)
  expect(roster.slots()).toEqual({ all: 4, free: 1 })
  roster.noteBeat(beat({ slots: 3, active: 1 }))
  expect(roster.slots().free).toBe(2)
})

it('a worker that has long been silent is forgotten when a new one comes', () => {
  const { pass } = clock()
  const roster = new Roster()
  roster.noteBeat(beat())
  pass(60_000)
  roster.noteBeat(beat({ worker: 'x' }))
  expect(roster.get('w')?.beat.worker).toBe('w')
  pass(1)
  roster.noteBeat(beat({ worker: 'x' }))
  expect(roster.get('w')).toBeDefined()
  roster.noteBeat(beat({ worker: 'y' }))
  expect([roster.get('w'), roster.get('x')?.beat.worker]).toEqual([undefined, 'x'])
})
