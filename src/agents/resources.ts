import { GatewayError } from '../turn/error.ts'
import type { Kind } from '../store/kind.ts'
import type { Records } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Which page of a list is wanted: at most `limit` of what comes behind the one with the id `after`. */
export interface PageWish {
  limit: number
  order: 'asc' | 'desc'
  after?: string | undefined
}

/** A page of a list. */
export interface Found<T> {
  values: T[]
  hasMore: boolean
}

/** What all of one kind may be together, and what one owner may have of it. */
export interface ResourceBounds {
  count: number
  perOwner: number
  bytes: number
}

/** Milliseconds in a hundred years: it lives until it is deleted. */
export const forever = 3_153_600_000_000

/** Things of one kind by their owner and id, such as saved agents, which live until they are deleted. Another owner's is not found. */
export class Resources<T extends object> {
  readonly #store: Store
  readonly #kind: Kind<T>
  readonly #bounds: ResourceBounds
  readonly #records: Records<T>

  constructor(store: Store, kind: Omit<Kind<T>, 'bounds'>, bounds: ResourceBounds) {
    this.#store = store
    // one more than there may be: what is full refuses, and nothing goes for the sake of something new
    this.#kind = { ...kind, bounds: { ttlMs: forever, count: bounds.count + 1, bytes: bounds.bytes * 2 } }
    this.#bounds = bounds
    this.#records = store.records(this.#kind)
  }

  /** Throws `rate_limited` where there is no room for another. */
  async add(owner: string, id: string, value: T): Promise<void> {
    this.#checkRoom(owner, 1, value)
    await this.#records.put(owner, id, value)
  }

  /** Throws `not_found`. */
  async find(owner: string, id: string): Promise<T> {
    const found = await this.#records.get(owner, id)
    if (found === undefined) throw notFound()
    return found
  }

  /** Throws `not_found` where it was deleted meanwhile, and `rate_limited` where there is no room for it. */
  async replace(owner: string, id: string, value: T): Promise<void> {
    this.#checkRoom(owner, 0, value)
    if (!(await this.#records.replace(owner, id, value))) throw notFound()
  }

  /** False where it was not there. */
  delete(owner: string, id: string): boolean {
    return this.#records.delete(owner, id)
  }

  /** Throws `not_found` where nothing has the id `after`. `labels`: only those that have all of these. */
  async list(
    owner: string,
    { limit, order, after }: PageWish,
    labels: Readonly<Record<string, string>> = {}
  ): Promise<Found<{ id: string; value: T }>> {
    const cursor = after === undefined ? undefined : this.#records.cursor(owner, after)
    if (after !== undefined && cursor === undefined) throw notFound()
    const { entries, next } = this.#records.list(owner, { limit, order, after: cursor, labels })
    const values: { id: string; value: T }[] = []
    for (const { id } of entries) {
      const value = await this.#records.get(owner, id)
      if (value !== undefined) values.push({ id, value })
    }
    return { values, hasMore: next !== undefined }
  }

  /** Gives all of one owner's to another. */
  adopt(from: string, to: string): void {
    this.#records.adopt(from, to)
  }

  /** An owner may have as large a share of the bytes as of the count. */
  #checkRoom(owner: string, added: number, value: T): void {
    const sql = 'SELECT coalesce(sum(count), 0), coalesce(sum(bytes), 0) FROM usage WHERE kind = ?'
    const { name } = this.#kind
    const { count, perOwner, bytes } = this.#bounds
    const size = JSON.stringify(value).length
    const used = (condition = '', ...more: string[]) =>
      (this.#store.use((connection) => connection.get(sql + condition, name, ...more)) ?? []).map(Number)
    const [own = 0, ownBytes = 0] = used(' AND owner = ?', owner)
    const [all = 0, allBytes = 0] = used()
    if (own + added > perOwner)
      throw new GatewayError('rate_limited', `You have too many of these: at most ${perOwner}. Delete some.`)
    if (ownBytes + size > (bytes * perOwner) / count)
      throw new GatewayError('rate_limited', 'With this one yours are too large together. Delete some.')
    if (all + added > count || allBytes + size > bytes) throw noRoomHere()
  }
}

/** Where not the caller has too much, but all owners together. */
export const noRoomHere = () =>
  new GatewayError('rate_limited', 'This gateway has no room for more: what all its users have stored fills it.')

/** In the words of the API, for what is missing as for what is another owner's. */
export const notFound = () => new GatewayError('not_found', 'Resource not found.', { reason: 'unknown_resource' })
