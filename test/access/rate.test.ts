import { describe, expect, it } from 'vitest'
import { Attempts } from '../../src/access/attempts.ts'
import { RateLimit } from '../../src/access/rate.ts'

describe('a rate limit', () => {
  it('gives back what was used as time goes by', () => {
    let now = 0
    const limit = new RateLimit(60, { now: () => now })
    const taken = () => limit.take('a').allowed
    expect(Array.from({ length: 61 }, taken).filter(Boolean)).toHaveLength(60)
    expect(limit.look('a')).toEqual({ allowed: false, remaining: 0, waitMs: 1_000, resetMs: 60_000 })
    now = 1_500
    expect([taken(), taken()]).toEqual([true, false])
    now = 3_600_000
    expect(limit.look('a')).toEqual({ allowed: true, remaining: 60, waitMs: 0, resetMs: 0 })
  })

  it('keeps keys apart, and only the last ones', () => {
    const limit = new RateLimit(1, { maxKeys: 2, now: () => 0 })
    for (const key of ['a', 'b', 'a', 'c']) limit.take(key)
    expect(['a', 'b', 'c'].map((key) => limit.look(key).allowed)).toEqual([false, true, false])
  })
})

describe('wrong tokens', () => {
  const none = () => new Attempts(new RateLimit(1, { now: () => 0 }))

  it('are counted for a whole network of IPv6, and for one address of IPv4', () => {
    const attempts = none()
    const refused = (address: string) => {
      try {
        attempts.count(address, undefined)
      } catch {
        return true
      }
      return false
    }
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
    expect(addresses.map(refused)).toEqual([false, true, false, false, true, false, false, false, false, false, true])
  })

  it('do not shut out who was let in there before', () => {
    const attempts = none()
    attempts.count('10.0.0.1', 'key_known')
    attempts.count('10.0.0.1', undefined)
    expect(() => attempts.count('10.0.0.1', 'key_known')).not.toThrow()
    expect(() => attempts.count('10.0.0.1', 'key_new')).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfter: 60 })
    )
    expect(() => attempts.count('10.0.0.2', 'key_new')).not.toThrow()
  })
})
