import { GatewayError } from '../turn/error.ts'
import type { SessionRecord, SessionStore } from './session-store.ts'

export interface SessionBounds {
  /** How many there may be, of all owners together. */
  count: number
  /** How many one owner may have. */
  perOwner: number
  /** Milliseconds without use before one may be closed for the sake of a new one. */
  graceMs: number
}

interface Use {
  /** When it was used last, in Unix milliseconds. */
  usedAt: (record: SessionRecord) => number
  /** Whether nobody uses it. */
  mayGo: (record: SessionRecord) => boolean
}

export function isCrowded(store: SessionStore, bounds: SessionBounds, owner: string): boolean {
  return store.count() >= bounds.count || store.count(owner) >= bounds.perOwner
}

/** The one that gives way to a new one; undefined where there is room. Throws `overloaded` where all are in use. */
export function leastUsed(
  store: SessionStore,
  bounds: SessionBounds,
  owner: string,
  { usedAt, mayGo }: Use
): SessionRecord | undefined {
  const own = store.all(owner)
  const all = store.all()
  if (own.length < bounds.perOwner && all.length < bounds.count) return undefined
  const [unused] = (own.length >= bounds.perOwner ? own : ofLargest(all))
    .filter((record) => mayGo(record) && usedAt(record) <= Date.now() - bounds.graceMs)
    .sort((one, other) => usedAt(one) - usedAt(other))
  if (unused !== undefined) return unused
  throw new GatewayError('overloaded', 'There are too many sessions. Close one, or try again later.', {
    retryAfter: Math.ceil(bounds.graceMs / 1000)
  })
}

/** The sessions of the owner who has most of them. */
function ofLargest(all: readonly SessionRecord[]): SessionRecord[] {
  const of = (owner: string) => all.filter((record) => record.owner === owner)
  return [...new Set(all.map(({ owner }) => owner))]
    .map(of)
    .reduce((most, some) => (some.length > most.length ? some : most), [])
}
