/** What is left to a key. */
export interface Allowance {
  allowed: boolean
  /** Whole requests that may follow at once. */
  remaining: number
  /** Until one more may follow; 0 when one may now. */
  waitMs: number
  /** Until nothing counts any more. */
  resetMs: number
}

interface Bucket {
  tokens: number
  at: number
}

/** So many a minute for each key, all at once or spread. Stores the latest `maxKeys` keys. */
export class RateLimit {
  readonly #perMinute: number
  readonly #maxKeys: number
  readonly #now: () => number
  readonly #since: number
  readonly #buckets = new Map<string, Bucket>()

  /** `since`: when everything counted as used up, on the clock of `now`; what was used before is not known. */
  constructor(perMinute: number, { maxKeys = 10_000, now = () => performance.now(), since = -Infinity } = {}) {
    this.#perMinute = perMinute
    this.#maxKeys = maxKeys
    this.#now = now
    this.#since = since
  }

  /** Counts one, if there is one left of `perMinute`. */
  take(key: string, perMinute = this.#perMinute): Allowance {
    const bucket = this.#filled(key, perMinute)
    const allowed = bucket.tokens >= 1
    if (allowed) bucket.tokens -= 1
    this.#store(key, bucket)
    return allowanceOf(bucket, allowed, perMinute)
  }

  #filled(key: string, perMinute: number): Bucket {
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: 0, at: this.#since }
    return { tokens: Math.min(perMinute, bucket.tokens + (now - bucket.at) / msPerToken(perMinute)), at: now }
  }

  #store(key: string, bucket: Bucket): void {
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    const oldest = this.#buckets.size > this.#maxKeys ? this.#buckets.keys().next().value : undefined
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}

function allowanceOf({ tokens }: Bucket, allowed: boolean, perMinute: number): Allowance {
  return {
    allowed,
    remaining: Math.floor(tokens),
    waitMs: Math.max(0, 1 - tokens) * msPerToken(perMinute),
    resetMs: (perMinute - tokens) * msPerToken(perMinute)
  }
}

const msPerToken = (perMinute: number) => 60_000 / perMinute
