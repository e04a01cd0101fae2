import { createHash } from 'node:crypto'

/** The version of the wire: an incompatible one has other subjects, so that old and new run beside each other. */
const version = 'v1'

/** The names of everything in the broker, which all begin with the installation's. */
export interface Subjects {
  /** Name of the stream of tickets, and of the consumer that all workers pull from. */
  readonly stream: string
  readonly consumer: string
  /** Tickets of all owners, and those of one. */
  readonly tickets: string
  ticket(owner: string): string
  front(id: string): string
  /** What front ends say to one of them, and no worker may. */
  peer(id: string): string
  worker(name: string): string
  /** Signs of life: of one, and of all. */
  frontBeat(id: string): string
  workerBeat(name: string): string
  readonly frontBeats: string
  readonly workerBeats: string
  /** What any one worker can answer, and what concerns all of them. */
  readonly any: string
  readonly all: string
  /** What front ends store, and what only one of them may have. */
  readonly store: string
  readonly claims: string
  claim(key: string): string
  /** The worker that an owner's threads and sessions are on: of all owners, and of one. */
  readonly homes: string
  home(owner: string): string
  /** The stream of permits of one sort, and its subjects. */
  permits(sort: 'place' | 'share'): { stream: string; subject: (key: string) => string }
  /** Names of streams and buckets: `cg_v1_…`. */
  named(what: string): string
}

export function subjectsFor(name: string): Subjects {
  const base = `${name}.${version}`
  const named = (what: string) => `${name}_${version}_${what}`
  return {
    stream: named('line'),
    consumer: 'any',
    tickets: `${base}.line.>`,
    ticket: (owner) => `${base}.line.${ownerKey(owner)}`,
    front: (id) => `${base}.f.${id}`,
    peer: (id) => `${base}.p.${id}`,
    worker: (worker) => `${base}.w.${worker}`,
    frontBeat: (id) => `${base}.beat.f.${id}`,
    workerBeat: (worker) => `${base}.beat.w.${worker}`,
    frontBeats: `${base}.beat.f.*`,
    workerBeats: `${base}.beat.w.*`,
    any: `${base}.ask`,
    all: `${base}.all`,
    store: `${base}.store`,
    permits: (sort) => ({
      stream: named(sort),
      subject: (key) => `${base}.${sort}.${key === '*' ? key : ownerKey(key)}`
    }),
    claims: `${base}.claim.*`,
    claim: (key) => `${base}.claim.${digestOf(key)}`,
    homes: `${base}.home.*`,
    home: (owner) => `${base}.home.${digestOf(owner)}`,
    named
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** An owner as one token of a subject: an id may hold any character. */
export function ownerKey(owner: string): string {
  return digestOf(owner).slice(0, 16)
}
