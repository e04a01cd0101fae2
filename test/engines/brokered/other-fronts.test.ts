import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NobodyListens } from '../../../src/broker/broker.ts'
import type { Mail } from '../../../src/broker/broker.ts'
import { OtherFronts } from '../../../src/engines/brokered/other-fronts.ts'
import { subjectsFor } from '../../../src/wire/subjects.ts'
import { clock } from './beats.ts'

const subjects = subjectsFor('test')
const beatOf = (front: string, mark?: string) => ({ front, run: 'r', version: '1', agrees: 'a', mark })

/** Front ends on one mail without a network, whose messages have 100 characters. */
function frontsOf(...ids: string[]) {
  const listeners = new Map<string, (message: unknown) => unknown>()
  const sent: string[] = []
  const mail = {
    isUp: true,
    upSince: performance.now(),
    maxChars: 100,
    listen: (subject: string, answer: (message: unknown) => unknown) => listeners.set(subject, answer),
    request: async (subject: string, message: unknown) => {
      sent.push(subject)
      return JSON.parse(JSON.stringify((await listeners.get(subject)?.(message)) ?? null)) as unknown
    }
  }
  const fronts = ids.map((id) => {
    const front = new OtherFronts(mail as unknown as Mail, subjects)
    front.listen(id)
    return front
  })
  return { fronts: fronts as [OtherFronts, OtherFronts], mail, sent }
}

describe('front ends', () => {
  it('are counted, and known by their ids and marks, for as long as their beats are young', () => {
    const { pass } = clock()
    const { fronts, mail } = frontsOf('a')
    const [front] = fronts
    pass(10_001)
    expect([front.count, front.hasFront('b'), front.isAlive('m')]).toEqual([0, false, false])
    front.noteBeat(beatOf('b', 'm'))
    front.noteBeat({ front: 'c' })
    expect([front.count, front.hasFront('b'), front.isAlive('m')]).toEqual([1, true, true])
    pass(2_500)
    expect(front.count).toBe(1)
    pass(1)
    expect([front.count, front.hasFront('b')]).toEqual([0, true])
    pass(7_499)
    expect([front.hasFront('b'), front.isAlive('m')]).toEqual([true, true])
    pass(1)
    expect([front.hasFront('b'), front.isAlive('m')]).toEqual([false, false])
    mail.isUp = false
    expect(front.isAlive('m')).toBe(true)
    mail.upSince = performance.now()
    mail.isUp = true
    expect([front.hasFront('b'), front.isAlive('m')]).toEqual([true, true])
  })

  it('answer what others ask, in as many pieces as it takes', async () => {
    const { fronts, sent } = frontsOf('a', 'b')
    const [front, other] = fronts
    other.onAsk = (request) => Promise.resolve({ asked: request })
    front.noteBeat(beatOf('b', 'm'))
    for (const [size, pieces] of [
      [10, 1],
      [80, 2],
      [200, 5]
    ] as const) {
      sent.length = 0
      const request = 'x'.repeat(size)
      expect(await front.ask('m', request)).toEqual({ asked: request })
      expect(sent).toHaveLength(pieces)
    }
  })

  it('end work that others ask them to end', async () => {
    const { fronts } = frontsOf('a', 'b')
    const [front, other] = fronts
    const ended: string[] = []
    other.onCancel = async (work) => void ended.push(work)
    front.noteBeat(beatOf('b', 'm'))
    await front.cancel('m', 'work')
    expect(ended).toEqual(['work'])
  })

  it('are waited for until they could have given a sign of life', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { fronts, sent } = frontsOf('a', 'b')
    const [front, other] = fronts
    other.onAsk = async () => 'found'
    const asking = front.ask('m', {})
    front.noteBeat(beatOf('b', 'm'))
    await vi.advanceTimersByTimeAsync(20)
    expect(await asking).toBe('found')
    const results = [front.ask('nobody', {}).catch((error: unknown) => error), front.cancel('nobody', 'work')]
    await vi.advanceTimersByTimeAsync(1_290)
    expect(await Promise.race([...results, Promise.resolve('waiting')])).toBe('waiting')
    await vi.advanceTimersByTimeAsync(30)
    expect(await Promise.all(results)).toEqual([expect.any(NobodyListens), undefined])
    expect(sent).toHaveLength(1)
  })
})
