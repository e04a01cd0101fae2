import type { Ticket } from '../wire/messages.ts'

/** Nobody listens on a subject: known at once, unlike a timeout. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens'
}

/** No place in the line: as many tickets of this owner, or of all, stand in it as may. */
export class LineFull extends Error {
  override readonly name = 'LineFull'
}

/** An answer that is JSON already. */
export class Json {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Deals with one message. What it resolves to, unless undefined, is sent back to one who asked. It must not throw. */
export type Handler = (message: unknown) => unknown

/** Messages between front ends and workers, by subject. Nothing is stored: who does not listen does not get them. */
export interface Mail {
  /** Characters of JSON that one message can safely hold. */
  readonly maxChars: number
  /** Whether the connection stands at the moment. */
  readonly isUp: boolean
  /** `performance.now()` since when it stands, or -Infinity where it does not. */
  readonly upSince: number
  /** Times it was made again. */
  readonly reconnects: number
  /** Calls `changed` whenever the connection is lost or made again. */
  watch(changed: () => void): void
  /** Sends without knowing whether it arrives. Does nothing where there is no connection. */
  send(subject: string, message: unknown): void
  /** The same for what is JSON already. */
  sendJson(subject: string, json: string): void
  /** Sends and waits for the answer. Rejects with `NobodyListens`, or with another error when none comes in so many milliseconds. */
  request(subject: string, message: unknown, timeoutMs: number): Promise<unknown>
  /** `group`: each message goes to one of its members. */
  listen(subject: string, handle: Handler, group?: string): void
}

export interface LineState {
  id: string
  first: number
  tickets: number
}

/** Tickets of waiting turns, first in, first out. */
export interface Line {
  /** Makes what is missing of it. Front ends do that, at each connection. */
  prepare(): Promise<void>
  /** Puts a ticket in; resolves to its number. Rejects with `LineFull`, or with another error where it is not known whether it stands in it. */
  put(owner: string, ticket: Ticket): Promise<number>
  /** Takes a ticket out again, wherever it stands. */
  remove(number: number): Promise<void>
  /** The number of the first ticket: what is before it has left the line. Another `id` is another line: the former one is lost. */
  state(): Promise<LineState>
  /** How a worker gets tickets, one for each time it asks. */
  pull(onTicket: OnTicket): Pull
}

/** Takes a ticket, which leaves the line by `done`; by `again` it is for another worker. Without an answer it comes again after some seconds. */
export type OnTicket = (ticket: unknown, answer: (how: 'done' | 'again') => void) => void

/** A worker's one open request for a ticket. */
export interface Pull {
  /** Asks for a ticket, unless that is open already. */
  open(): void
  /** Milliseconds that it has been open. */
  readonly openFor: number
  /** Asks no more. A ticket may still come, and is then to be left for others. */
  close(): void
}

/** The broker, as front ends and workers know it. */
export interface Broker extends AsyncDisposable {
  readonly mail: Mail
  readonly line: Line
  /** Of what front ends store: workers have no access to it. */
  readonly journal: Journal
  readonly claims: Claims
  /** Which worker an owner's threads and sessions are on: claims that do not expire. */
  readonly homes: Claims
  /** Of turns in the system, all together; and of turns of one owner that have left the queue. */
  readonly places: Permits
  readonly shares: Permits
}

/** Entries in one order, stored in the broker, for everybody who follows. */
export interface Journal {
  /** Makes what is missing of it. Another `id` is another journal: the former one is lost. `end`: the highest number that was given. */
  prepare(): Promise<{ id: string; end: number }>
  /** Resolves when it is stored. */
  append(text: string): Promise<void>
  /** The number of the last message. */
  last(): Promise<number>
  /** Messages behind this number. Ends when the connection has been made again: then there may be another journal. */
  follow(after: number): AsyncIterable<JournalMessage>
}

export interface JournalMessage {
  sequence: number
  /** The entry, where it is complete with this message. */
  text: string | undefined
  /** From where to go on after this message, so that no piece of an entry is missing. */
  resumeAfter: number
}

/** Who has a claim, and its number. */
export interface Claim {
  holder: string
  number: number
}

/** What only one may have, over all machines. */
export interface Claims {
  prepare(): Promise<void>
  /** Resolves to the number of the claim, which is higher than those of all before; undefined where somebody has it. `after`: the number of a claim that this one replaces. */
  take(key: string, holder: string, after?: number): Promise<number | undefined>
  holder(key: string): Promise<Claim | undefined>
  release(key: string): Promise<void>
}

/** Permits of which there are so many for each key, over all front ends. */
export interface Permits {
  /** How many of each there are from now on. */
  limit(count: number): Promise<void>
  /** The broker may have forgotten them: the next call of `limit` makes them again. */
  forget(): void
  /** Undefined where none is left. */
  take(key: string): Promise<number | undefined>
  release(permit: number): Promise<void>
  /** Releases those that nobody has any more. */
  sweep(isInUse: (holder: string, permit: number) => boolean): Promise<void>
}
