import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Broker, Handler, Json } from '../../../src/broker/broker.ts'
import { FrontEnd } from '../../../src/engines/brokered/front-end.ts'
import type { BrokeredTurn } from '../../../src/engines/brokered/turn.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'
import { beat } from './beats.ts'

const subjects = subjectsFor('test')
const started = { type: 'turn.started' }

/** A front end whose broker is the test: what it says is in `sent`, and `hears` is what is said to it. */
function frontEndOf(ownConcurrency?: number) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const listeners = new Map<string, Handler[]>()
  const sent: unknown[][] = []
  const seen: string[] = []
  const sweeps: ((front: string) => boolean)[] = []
  let changed = () => {}
  const permits = {
    limit: async (count: number) => void seen.push(`limit ${count}`),
    take: async () => undefined,
    sweep: async (isAlive: (front: string) => boolean) => void sweeps.push(isAlive),
    forget: () => void seen.push('forget')
  }
  const mail = {
    ...{ isUp: true, upSince: 0, reconnects: 0, maxChars: 1_000 },
    watch: (what: () => void) => (changed = what),
    listen: (subject: string, handle: Handler) => listeners.set(subject, [...(listeners.get(subject) ?? []), handle]),
    send: (subject: string, message: unknown) => void sent.push([subject, message]),
    request: () => new Promise(() => {})
  }
  let tickets = 0
  const line = {
    prepare: async () => void seen.push('prepare'),
    state: async () => (seen.push('look'), { id: 'line', first: 1 }),
    put: async () => ++tickets,
    remove: async () => {}
  }
  const broker = { mail, line, shares: permits, places: permits } as unknown as Broker
  const options = { broker, subjects, id: 'front', version: '1', agrees: 'a', ownConcurrency }
  const frontEnd = new FrontEnd(options)
  frontEnd.start()
  const admitted: string[] = []
  const hears = (subject: string, message: unknown) => listeners.get(subject)?.map((handle) => handle(message))[0]
  const worker = { worker: 'w', run: 'first' }
  return {
    ...{ frontEnd, sent, seen, sweeps, mail, admitted, hears },
    add: () => frontEnd.add({ input: [], owner: 'ada' }, 60_000, (worker) => admitted.push(worker)),
    says: (what: string, { id }: BrokeredTurn, more = {}) =>
      hears(subjects.front('front'), { do: what, turn: id, ...worker, ...more }),
    connected: () => changed(),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms)
  }
}

const toWorker = (sent: unknown[][]) =>
  sent.flatMap(([subject, message]) => (subject === subjects.worker('w') ? [message] : []))

describe('a front end and its workers', () => {
  it('gives a turn to the worker that asks for it, and tells that one alone what becomes of it', async () => {
    const { frontEnd, add, says, pass, admitted, sent } = frontEndOf()
    const [turn, other] = [add(), add()]
    frontEnd.stop(turn, 'client')
    expect(JSON.parse((says('take', turn) as Json).text)).toMatchObject({ grant: 1, request: { owner: 'ada' } })
    expect([admitted, frontEnd.counts, frontEnd.handed]).toEqual([
      ['w'],
      { active: 1, waiting: 1 },
      { direct: 1, line: 0, lost: 0 }
    ])
    says('frame', turn, { n: 1, events: [started], ack: true })
    const events = turn.inbox.events()
    await events.next()
    void events.next()
    await pass(0)
    frontEnd.stop(turn, 'timeout')
    frontEnd.remove(turn)
    frontEnd.remove(other)
    expect(toWorker(sent)).toEqual([
      { do: 'consumed', turn: turn.id, n: 1 },
      { do: 'stop', turn: turn.id, reason: 'timeout' },
      { do: 'drop', turn: turn.id }
    ])
    expect(frontEnd.counts).toEqual({ active: 0, waiting: 0 })
  })

  it('counts which turns came through the line, and lets the next one of their owner into it', async () => {
    const { frontEnd, add, says, pass } = frontEndOf()
    const turns = Array.from({ length: 5 }, add)
    await pass(0)
    expect(turns.map(({ ticket }) => ticket)).toEqual([1, 2, 3, 4, undefined])
    says('take', turns[0]!)
    says('take', turns[0]!)
    await pass(0)
    expect([turns[4]?.ticket, frontEnd.handed]).toEqual([5, { direct: 0, line: 1, lost: 0 }])
  })

  it('reports each second on turns that run, and gives a sign of life', async () => {
    const { frontEnd, add, says, pass, sent, mail } = frontEndOf()
    const turn = add()
    says('take', turn)
    await pass(999)
    expect(sent).toEqual([])
    await pass(1)
    const life = { front: 'front', run: expect.stringMatching(/^[0-9a-f]{8}$/) as string, version: '1', agrees: 'a' }
    const state = { do: 'state', front: 'front', turns: { [turn.id]: { grant: 1, next: 1, consumed: 0 } } }
    expect(sent).toEqual([
      [subjects.frontBeat('front'), life],
      [subjects.worker('w'), state]
    ])
    frontEnd.mark = 'mark'
    await pass(1_000)
    expect(sent.slice(2)[0]).toEqual([subjects.frontBeat('front'), { ...life, mark: 'mark' }])
    mail.isUp = false
    await pass(5_000)
    expect(sent).toHaveLength(4)
    mail.isUp = true
    await frontEnd[Symbol.asyncDispose]()
    await pass(5_000)
    expect(sent.slice(4)).toEqual([[subjects.worker('w'), { do: 'drop', turn: turn.id }]])
  })

  it('loses the turns of a worker that is silent for ten seconds, each once, and of no other', async () => {
    const { frontEnd, add, says, hears, pass } = frontEndOf()
    const [lost, kept] = [add(), add()]
    says('take', lost)
    says('take', kept, { worker: 'v' })
    for (let second = 0; second < 11; second++) {
      hears(subjects.workerBeats, beat({ worker: 'v' }))
      await pass(1_000)
    }
    expect(frontEnd.handed.lost).toBe(1)
    expect((await lost.inbox.events().next()).value).toMatchObject({ error: { reason: 'worker_lost' } })
    expect([kept.lose(), frontEnd.roster.get('v')?.beat.worker]).toEqual([true, 'v'])
    frontEnd.lose(lost)
    expect(frontEnd.handed.lost).toBe(1)
  })

  it('tells its workers all it knows when the broker is there again, and prepares that once more', async () => {
    const { add, says, pass, sent, seen, mail, connected } = frontEndOf()
    await pass(0)
    const [turn] = [add(), add()]
    says('take', turn)
    await pass(0)
    seen.splice(0)
    mail.isUp = false
    connected()
    await pass(0)
    expect([seen, sent]).toEqual([[], []])
    mail.isUp = true
    connected()
    await pass(0)
    expect(seen).toEqual(['forget', 'forget', 'prepare', 'look'])
    expect(toWorker(sent)).toMatchObject([{ do: 'state', turns: { [turn.id]: { grant: 1 } } }])
  })

  it('takes back what a worker never began, and asks again for what is missing', async () => {
    const { frontEnd, add, says, sent, pass } = frontEndOf()
    const [first, second] = [add(), add()]
    for (const turn of [first, second]) says('take', turn)
    await pass(0)
    says('frame', second, { n: 2, events: [] })
    expect(toWorker(sent)).toMatchObject([{ do: 'state', turns: { [second.id]: { next: 1 } } }])
    says('unknown', first, { grant: 1, started: false })
    says('unknown', second, { grant: 1, started: true })
    await pass(0)
    expect([first.isWaiting, first.ticket, frontEnd.handed.lost]).toEqual([true, 1, 1])
  })

  it('knows other front ends, and frees what dead ones had of an owner’s share', async () => {
    const { frontEnd, add, hears, pass, seen, sweeps } = frontEndOf(3)
    hears(subjects.frontBeats, { front: 'other', run: 'r', version: '1', agrees: 'a' })
    expect(frontEnd.others.count).toBe(1)
    await pass(11_000)
    hears(subjects.frontBeats, { front: 'new', run: 'r', version: '1', agrees: 'a' })
    add()
    await pass(0)
    expect(seen).toContain('limit 3')
    expect(['front', 'new', 'other'].map((front) => sweeps[0]?.(front))).toEqual([true, true, false])
  })

  it('passes on what its workers say of their own work', () => {
    const { frontEnd, hears } = frontEndOf()
    const spent = { do: 'spent', account: 'a', n: 1 }
    expect(hears(subjects.front('front'), spent)).toBeUndefined()
    frontEnd.onServing = ({ do: what }) => what
    expect(hears(subjects.front('front'), spent)).toBe('spent')
  })
})
