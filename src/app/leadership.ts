import type { Claims } from '../broker/broker.ts'

export interface LeadershipOptions {
  claims: Claims
  /** What is claimed. */
  key: string
  /** By which this gateway is known. */
  mark: () => string
  /** Whether the gateway with this mark runs, as far as known. */
  isAlive: (mark: string) => boolean
  /** This gateway leads from now on. `number` is higher than those of all that led before. Leading begins when it resolves. */
  gained: (number: number) => Promise<void>
  /** It leads now. */
  leads: () => void
  /** It does not lead any more. */
  lost: () => void
}

/** Milliseconds: between two looks, from which a claim is made again, before it is too old to be kept, and after which one that cannot ask gives up: before others take it for dead. */
const times = { look: 1_000, renewal: 600_000, silence: 8_000 }

/** Of all gateways that share a broker, one leads: what must be decided in one place is decided there. */
export class Leadership implements AsyncDisposable {
  readonly #options: LeadershipOptions
  #timer: NodeJS.Timeout | undefined
  #leader: string | undefined
  #isLeading = false
  #hasFollowed = false
  /** The number of the claim, where it is ours. */
  #number: number | undefined
  #renewAt = 0
  #confirmedAt = 0
  #looking: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: LeadershipOptions) {
    this.#options = options
  }

  get isLeading(): boolean {
    return this.#isLeading
  }

  /** The mark of the one that leads, as last seen. */
  get leader(): string | undefined {
    return this.#leader
  }

  /** Whether another one led since the start, as far as seen. */
  get hasFollowed(): boolean {
    return this.#hasFollowed
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), times.look).unref()
    await this.look()
  }

  /** Looks who leads, one look at a time. */
  look(): Promise<void> {
    return (this.#looking = this.#looking.then(() => this.#look()).catch(() => this.#unknown()))
  }

  /** Lets another one lead. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#looking
    const wasOurs = this.#number !== undefined
    this.#lose()
    if (wasOurs) await this.#options.claims.release(this.#options.key).catch(() => {})
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return
    const { claims, key, mark, isAlive } = this.#options
    const claim = await claims.holder(key)
    const own = mark()
    this.#leader = claim?.holder
    if (claim && claim.holder !== own) {
      this.#hasFollowed = true
      if (this.#number !== undefined) this.#lose()
      if (!isAlive(claim.holder)) await this.#take(own, claim.number)
    } else if (!claim || this.#number === undefined || performance.now() > this.#renewAt)
      await this.#take(own, claim?.number)
    else this.#confirmedAt = performance.now()
  }

  async #take(own: string, after: number | undefined): Promise<void> {
    const { claims, key, gained } = this.#options
    const number = await claims.take(key, own, after)
    if (number === undefined) return
    const isNext = number > (this.#number ?? 0) // else the broker has lost the former one
    this.#leader = own
    this.#number = number
    this.#confirmedAt = performance.now()
    this.#renewAt = performance.now() + times.renewal
    if (this.#isLeading && isNext) return
    await gained(number)
    this.#isLeading = true
    this.#options.leads()
  }

  /** The broker does not answer. */
  #unknown(): void {
    if (this.#number !== undefined && performance.now() - this.#confirmedAt > times.silence) this.#lose()
  }

  #lose(): void {
    this.#number = undefined
    if (!this.#isLeading) return
    this.#isLeading = false
    this.#options.lost()
  }
}
