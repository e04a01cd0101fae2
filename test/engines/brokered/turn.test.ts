import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/broker/broker.ts'
import { byWorker, Handover, reportsOn } from '../../../src/engines/brokered/handover.ts'
import type { HandoverOptions } from '../../../src/engines/brokered/handover.ts'
import { Roster } from '../../../src/engines/brokered/roster.ts'
import { BrokeredTurn } from '../../../src/engines/brokered/turn.ts'
import { beat, clock } from './beats.ts'

const request = { input: [{ type: 'text' as const, text: 'Hi.' }], owner: 'ada' }
const turnOf = (totalMs = 60_000) => new BrokeredTurn(request, totalMs, () => {})
const started = { type: 'turn.started' }

describe('a turn of a front end', () => {
  it('is one worker’s at a time, and one life’s of that worker', () => {
    const { pass, now } = clock()
    const turn = turnOf()
    expect([turn.isWaiting, turn.holder, turn.standing]).toEqual([true, undefined, { grant: 0, next: 1, consumed: 0 }])
    expect(turn.give('w', 'first')).toBe(true)
    const holder = { worker: 'w', run: 'first', at: now() }
    pass(1)
    expect([turn.give('w', 'first'), turn.give('w', 'second'), turn.give('v', 'first')]).toEqual([true, false, false])
    expect([turn.isWaiting, turn.holder, turn.standing.grant]).toEqual([false, holder, 1])
  })

  it('is taken back only from its holder, who has not begun it', () => {
    const turn = turnOf()
    turn.give('w', 'first')
    expect([turn.takeBack('second', 1), turn.takeBack('first', 2)]).toEqual([false, false])
    expect([turn.takeBack('first', 1), turn.isWaiting, turn.takeBack('first', 1)]).toEqual([true, true, false])
    expect([turn.give('v', 'other'), turn.standing.grant]).toEqual([true, 2])
    turn.inbox.receive({ n: 1, events: [started], ack: false })
    expect([turn.takeBack('other', 2), turn.holder?.worker]).toEqual([false, 'v'])
  })

  it('is lost once, and then ends for its reader', async () => {
    const turn = turnOf()
    expect([turn.lose('Gone.'), turn.lose()]).toEqual([true, false])
    expect((await turn.inbox.events().next()).value).toEqual({
      type: 'turn.failed',
      error: { code: 'engine_stopped', reason: 'worker_lost', message: 'Gone.' }
    })
  })

  it('is nobody’s any more when it is over, and leaves its place once', () => {
    const turn = turnOf()
    let left = 0
    turn.leave = () => (left += 1)
    expect([turn.isOver, turn.json, turn.owner]).toEqual([false, JSON.stringify(request), 'ada'])
    turn.close()
    turn.close()
    expect([turn.isOver, turn.isWaiting, turn.give('w', 'first'), left]).toEqual([true, false, false, 1])
  })

  it('tells its owner what is consumed', async () => {
    const seen: unknown[] = []
    const turn = new BrokeredTurn({ input: [] }, 1, (which, n) => seen.push(which, n))
    expect(turn.owner).toBe('')
    turn.inbox.receive({ n: 1, events: [started], ack: true })
    turn.inbox.receive({ n: 2, events: [started] })
    const events = turn.inbox.events()
    await events.next()
    await events.next()
    expect(seen).toEqual([turn, 1])
  })
})

/** A handover of one turn, with what it reports. */
function handoverOf(maxChars = 10_000, totalMs = 60_000) {
  const turn = turnOf(totalMs)
  const roster = new Roster()
  roster.noteBeat(beat())
  const seen: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void seen.push([name, ...args.slice(1)])
  const options: HandoverOptions = {
    turns: new Map([[turn.id, turn]]),
    roster,
    maxChars: () => maxChars,
    onGiven: note('given'),
    onReturned: note('returned'),
    onLost: note('lost'),
    onGap: note('gap'),
    onServing: (message) => message
  }
  const handover = new Handover(options)
  const of = { turn: turn.id, worker: 'w', run: 'first' }
  const take = (more: object = {}) => handover.answer({ do: 'take', ...of, ...more })
  return { turn, roster, seen, handover, of, take }
}

describe('what a front end answers its workers', () => {
  it('is the turn, to the first who takes it, however often that one asks', () => {
    const { pass } = clock()
    const { seen, take, roster } = handoverOf()
    pass(1_000)
    const whole = () => JSON.parse((take() as Json).text) as unknown
    expect(whole()).toEqual({ grant: 1, totalMs: 59_000, request })
    pass(100_000)
    expect(whole()).toEqual({ grant: 1, totalMs: 0, request })
    expect([take({ run: 'second' }), take({ turn: 'x' })]).toEqual([{ gone: true }, { gone: true }])
    expect([seen, roster.get('w')?.given]).toEqual([[['given', 'w']], 1])
  })

  it('is how long the turn is where it does not fit, and then its parts', () => {
    const chars = JSON.stringify(request).length
    const { handover, of, take } = handoverOf(chars - 1)
    const part = (at: number, run = 'first') => handover.answer({ do: 'part', ...of, run, at, size: 30 })
    expect(part(0)).toEqual({ gone: true })
    expect(take()).toMatchObject({ grant: 1, chars })
    const texts = [part(0), part(30), part(60)] as { text: string }[]
    expect(texts.map(({ text }) => text).join('')).toBe(JSON.stringify(request).slice(0, 90))
    expect([part(0, 'second'), handover.answer({ do: 'part', ...of, turn: 'x', at: 0, size: 9 })]).toEqual([
      { gone: true },
      { gone: true }
    ])
    expect(handoverOf(chars).take()).not.toHaveProperty('chars')
  })

  it('is nothing to a frame of its holder, unless one is missing', () => {
    const { handover, of, take, turn, seen } = handoverOf()
    const frame = (n: number, run = 'first') => handover.answer({ do: 'frame', ...of, run, n, events: [started] })
    frame(1)
    take()
    frame(1, 'second')
    expect(turn.inbox.next).toBe(1)
    frame(1)
    frame(3)
    expect([turn.inbox.next, seen]).toEqual([
      2,
      [
        ['given', 'w'],
        ['gap', 'w']
      ]
    ])
    handover.answer({ do: 'piece', ...of, n: 2, index: 0, count: 1, text: JSON.stringify([started]) })
    expect([turn.inbox.next, seen.length]).toEqual([4, 2])
    handover.answer({ do: 'piece', ...of, n: 4, index: 1, count: 2, text: '' })
    expect(seen.slice(2)).toEqual([['gap', 'w']])
  })

  it('is that a turn is free again where its worker never began it, and lost where it did', () => {
    const unknown = (started: boolean, grant: number, run = 'first') => {
      const { handover, of, take, seen, turn } = handoverOf()
      handover.answer({ do: 'unknown', ...of, run, grant, started })
      take()
      handover.answer({ do: 'unknown', ...of, run, grant, started })
      return [seen.slice(1), turn.isWaiting]
    }
    expect(unknown(false, 1)).toEqual([[['returned']], true])
    expect(unknown(true, 1)).toEqual([[['lost']], false])
    expect(unknown(false, 2)).toEqual([[], false])
    expect(unknown(true, 2)).toEqual([[], false])
    expect(unknown(false, 1, 'second')).toEqual([[], false])
  })

  it('is nothing to what it does not know', () => {
    expect(handoverOf().handover.answer(undefined)).toBeUndefined()
  })
})

it('turns are listed by their workers, and reported five hundred at a time', () => {
  const turns = Array.from({ length: 1_001 }, () => turnOf())
  turns.forEach((turn, index) => index > 0 && turn.give(index % 2 === 0 ? 'even' : 'odd', 'first'))
  const workers = byWorker(turns)
  expect([...workers].map(([name, its]) => [name, its.length])).toEqual([
    ['odd', 500],
    ['even', 500]
  ])
  expect(workers.get('odd')?.[0]).toBe(turns[1])
  const reports = [...reportsOn(turns)]
  expect(reports.map((report) => Object.keys(report).length)).toEqual([500, 500, 1])
  expect(Object.assign({}, ...reports)).toEqual(Object.fromEntries(turns.map(({ id, standing }) => [id, standing])))
  expect([...reportsOn(turns.slice(0, 500))]).toHaveLength(1)
  expect([...reportsOn([])]).toEqual([])
})
