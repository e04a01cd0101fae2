import { randomBytes } from 'node:crypto'

/** What an id begins with says what it is of. */
export type IdPrefix =
  | 'agt'
  | 'asess'
  | 'turn'
  | 'item'
  | 'msg'
  | 'subag'
  | 'env'
  | 'envtpl'
  | 'art'
  | 'auto'
  | 'autoinv'
  | 'apr'
  | 'file'

/** A new id: a prefix and the 32 hexadecimal digits of a UUID of version 7, so that ids sort by the time of their making. */
export function newId(prefix: IdPrefix, now = Date.now()): string {
  const random = randomBytes(10)
  random[0] = 0x70 | (random[0]! & 0x0f)
  random[2] = 0x80 | (random[2]! & 0x3f)
  return `${prefix}_${now.toString(16).padStart(12, '0')}${random.toString('hex')}`
}

/** Milliseconds as the seconds of the API. */
export const secondsOf = (ms: number): number => Math.floor(ms / 1000)

const eventPrefix = (session: string) => `evt_${session.slice('asess_'.length)}_`

/** The id of the event at a place in the journal of a session. */
export const eventId = (session: string, place: number): string => eventPrefix(session) + place

/** The place of an event in the journal of a session; undefined where the id is none of its events. */
export function eventPlace(session: string, id: string): number | undefined {
  const place = id.startsWith(eventPrefix(session)) ? id.slice(eventPrefix(session).length) : ''
  return /^\d{1,15}$/.test(place) ? Number(place) : undefined
}
