import { describe, expect, it } from 'vitest'
import { Attempts } from '../../src/access/attempts.ts'
import { RateLimit } from '../../src/access/rate.ts'

describe('a rate limit', () => {
  it('gives back what was used as time goes by', () => {
    let now = 0
    const limit = new RateLimit(60, { now: () => now })
    const taken = () => limit.take('a').allowed
    expect(Array.from({ length: 61 }, taken).filter(Boolean)).toHaveLength(60)
    expect(limit.take('a')).toEqual({ allowed: false, remaining: 0, waitMs: 1_000, resetMs: 60_000 })
    now = 1_500
    expect([taken(), taken()]).toEqual([true, false])
    now = 3_600_000
    expect(limit.take('a')).toEqual({ allowed: true, remaining: 59, waitMs: 0, resetMs: 1_000 })
  })

  it('counts each key alone, and forgets the oldest', () => {
    const limit = new RateLimit(1, { maxKeys: 2, now: () => 0 })
    for (const key of ['a', 'b', 'a', 'c']) limit.take(key)
    expect(['a', 'c', 'b'].map((key) => limit.take(key).allowed)).toEqual([false, false, true])
  })

  it('are counted at once by one gateway, and by several together until one has had too many', async () => {
    const of = (limit: RateLimit, network: string) => limit.take(network, 2)
    const here = new RateLimit(3, { now: () => 0 })
    expect(new Attempts(here).wrong('10.0.0.1')).toMatchObject({ allowed: true, remaining: 2 })
    const [all, asked] = [new RateLimit(2, { now: () => 0 }), [] as string[]]
    const together = new Attempts(here, async (network) => (asked.push(network), of(all, network)))
    const verdicts = await Promise.all(Array.from({ length: 5 }, async () => together.wrong('2001:db8:1:2::1')))
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, false, false, false])
    expect(asked).toEqual(Array(3).fill('2001:db8:1:2'))
  })
})

describe('wrong tokens', () => {
  it('are counted for a network of IPv6, and for one address of IPv4', async () => {
    const attempts = new Attempts(new RateLimit(1, { now: () => 0 }))
    const refused = async (address: string) => !(await attempts.wrong(address)).allowed
    const addresses = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::7',
      '2001:db8:1:3::1',
      '2001:db8::5',
      '2001:db8:0:0:1::',
      '10.0.0.1',
      '10.0.0.2',
      '::ffff:10.0.0.3',
      '::ffff:10.0.0.4',
      '::1',
      '::1'
    ]
    expect(await Promise.all(addresses.map(refused))).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
      false,
      false,
      false,
      false,
      true
    ])
  })
})
