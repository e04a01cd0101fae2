import { describe, expect, it, vi } from 'vitest'
import { LineFull, NobodyListens } from '../../../src/broker/broker.ts'
import { placingOf, turnOf } from './placing.ts'

describe('a turn that waits for a worker', () => {
  it('is offered once to the one that fits, and stands in the line only where that does not take it', async () => {
    const { placing, add, offers, line, world, pass } = placingOf({ workerFor: () => 'w' })
    world.accepts = () => ({ accepted: true })
    add('taken')
    await pass(0)
    expect([offers, line.tickets]).toEqual([['w taken'], []])
    world.accepts = () => ({ accepted: false })
    const refused = add('refused')
    world.accepts = () => Promise.reject(new NobodyListens('w'))
    add('unanswered')
    await pass(0)
    expect([offers.slice(1), line.tickets]).toEqual([
      ['w refused', 'w unanswered'],
      ['refused', 'unanswered']
    ])
    placing.remove(refused)
    placing.add(refused)
    await pass(0)
    expect([offers.length, line.tickets.slice(2)]).toEqual([3, ['refused']])
  })

  it('is not offered again where the line had no place for it', async () => {
    const { add, offers, line, world, pass } = placingOf({ workerFor: () => 'w' })
    world.put = () => Promise.reject(new LineFull())
    add('a')
    await pass(0)
    world.put = async () => {}
    await pass(50)
    expect([offers, line.tickets]).toEqual([['w a'], ['a']])
  })

  it('that only some can run is offered to these in turn, the fitting one first, and never to the line', async () => {
    const { add, close, offers, line, world, pass } = placingOf({
      workerFor: () => 'w',
      onlyWorkers: () => ['v', 'w', 'x']
    })
    const turn = add('a')
    await pass(0)
    expect(offers).toEqual(['w a', 'v a', 'x a'])
    await pass(49)
    expect(offers).toHaveLength(3)
    world.accepts = (worker) => {
      if (worker === 'v') turn.give('v', 'first')
      return { accepted: false } // its answer was lost
    }
    await pass(1)
    expect(offers.slice(3)).toEqual(['w a', 'v a'])
    expect(line.tickets).toEqual([])
    close(turn)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is offered to those that can run it also where none fits', async () => {
    const { add, offers, pass } = placingOf({ onlyWorkers: () => ['v', 'x'] })
    add('a')
    await pass(0)
    expect(offers).toEqual(['v a', 'x a'])
  })

  it('is held back while too many of its owner have left, and then takes a share, once', async () => {
    const shares: ((() => void) | undefined)[] = []
    const share = vi.fn<(owner: string) => Promise<(() => void) | undefined>>(async () => shares.shift())
    const { placing, add, line, pass } = placingOf({ share })
    const turn = add('a')
    await pass(0)
    share.mockRejectedValueOnce(new Error('no broker'))
    await pass(50)
    expect([share.mock.calls, line.tickets, turn.leave]).toEqual([[['ada'], ['ada']], [], undefined])
    const leave = () => {}
    shares.push(leave)
    await pass(50)
    expect([share.mock.calls.length, line.tickets, turn.leave]).toEqual([3, ['a'], leave])
    placing.remove(turn)
    placing.add(turn)
    await pass(0)
    expect([share.mock.calls.length, line.tickets]).toEqual([3, ['a', 'a']])
  })

  it('gives its share back where it is over before it has it', async () => {
    let left = 0
    const { add, close, line, pass } = placingOf({ share: async () => () => void (left += 1) })
    close(add('a'))
    await pass(0)
    expect([left, line.tickets]).toEqual([1, []])
  })

  const refuse = (world: { put: () => Promise<void> }, error: Error) => {
    world.put = () => Promise.reject(error)
    return () => (world.put = async () => {})
  }
  it.each<[string, number, (all: ReturnType<typeof placingOf>) => () => unknown]>([
    ['there is no broker', 300, ({ mail }) => ((mail.isUp = false), () => (mail.isUp = true))],
    ['the line is full', 50, ({ world }) => refuse(world, new LineFull())],
    ['the broker fails', 300, ({ world }) => refuse(world, new Error('No.'))]
  ])('is put into the line again after a while where %s, before those after it', async (_why, ms, fail) => {
    const all = placingOf()
    const { add, line, pass } = all
    const repair = fail(all)
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name)
    await pass(0)
    repair()
    await pass(ms - 1)
    expect(line.tickets).toEqual([])
    await pass(1)
    expect(line.tickets.toSorted()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('leaves no ticket when it is over before it has one, and none that another worker took', async () => {
    const { placing, add, close, line, world, pass } = placingOf()
    let put = () => {}
    world.put = () => new Promise((resolve) => (put = resolve))
    const left = add('a')
    await pass(0)
    close(left)
    expect(line.removed).toEqual([])
    put()
    world.put = async () => {}
    await pass(0)
    expect([line.tickets, line.removed]).toEqual([['a'], [1]])
    const taken = add('b')
    await pass(0)
    taken.give('w', 'first')
    placing.remove(taken)
    expect(line.removed).toEqual([1])
    placing.remove(taken)
    close(taken)
    expect(line.removed).toEqual([1])
  })

  it('stands in the line with three others of its owner at most, whatever others have', async () => {
    const { add, close, line, pass } = placingOf()
    const turns = [...'abcdefghijk'].map((name) => add(name))
    add('other', turnOf('bob'))
    await pass(0)
    expect(line.tickets).toEqual(['a', 'b', 'c', 'd', 'other'])
    close(turns[4]!)
    close(turns[0]!)
    close(turns[1]!)
    await pass(0)
    expect(line.tickets.slice(5)).toEqual(['f', 'g'])
  })
})

describe('tickets that have left the line', () => {
  it('are put in again where nobody has taken the turn, and it was not offered just now', async () => {
    const { placing, add, line, pass } = placingOf()
    await placing.lookAfter()
    await placing.lookAfter()
    expect(line.looks).toBe(1)
    const [taken] = [add('taken'), add('waits')]
    await pass(1_250)
    add('new')
    await pass(0)
    taken.give('w', 'first')
    line.first = 4
    await placing.lookAfter()
    expect(line.tickets.slice(3)).toEqual([])
    await pass(1)
    await placing.lookAfter()
    await pass(0)
    expect(line.tickets.slice(3)).toEqual(['waits'])
    await pass(2_000)
    line.first = 3
    await placing.lookAfter()
    await pass(0)
    expect(line.tickets.slice(4)).toEqual([])
  })

  it('are put in again where the line is another', async () => {
    const { placing, add, line, pass } = placingOf()
    add('a')
    await pass(0)
    await placing.lookAfter()
    await pass(0)
    expect(line.tickets).toEqual(['a'])
    line.id = 'other'
    await placing.lookAfter()
    await placing.lookAfter()
    await pass(0)
    expect(line.tickets).toEqual(['a', 'a'])
  })

  it('are not those of turns that only some workers can run', async () => {
    const only: string[][] = []
    const { placing, add, line, pass } = placingOf({ onlyWorkers: () => only[0] })
    add('a')
    await pass(2_000)
    only.push(['v'])
    line.first = 2
    await placing.lookAfter()
    await pass(0)
    expect(line.tickets).toEqual(['a'])
  })
})
