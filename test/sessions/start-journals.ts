import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { followJournal } from '../../src/sessions/follow.ts'
import { Journal, lostAtMost } from '../../src/sessions/journal.ts'
import { JournalStore } from '../../src/sessions/journal-store.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { Tables } from '../../src/store/tables.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { Store } from '../../src/store/store.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'replay-'))))
afterAll(() => rmSync(folder, { recursive: true }))

let stores = 0
let sessions = 0

/** A store on disk, in which sessions can be made, and opened again as after a restart. */
export function startJournals(bounds = { session: 1e9, owner: 1e9 }) {
  const store = new Store({ folder: join(folder, String(++stores)) })
  const tables = new Tables(store, sessionsSchema)
  const [sessionStore, journals] = [new SessionStore(tables), new JournalStore(tables, bounds)]
  const add = (owner = 'ana') => {
    const id = `session_${++sessions}`
    sessionStore.add({ id, owner, workspace: 'default', thread: 't', createdAt: 1, usedAt: 1 }, 'w')
    return id
  }
  const open = (id: string) => new Journal(journals, id, sessionStore.find(id)!.seq)
  /** As another gateway does, which cannot know what the one before it has passed on and not stored. */
  const reopen = (id: string) =>
    new Journal(
      journals,
      id,
      sessionStore.claim(id, 'w', () => true, lostAtMost)!
    )
  return { store, add, open, reopen, journals, sessionStore, [Symbol.dispose]: () => store[Symbol.dispose]() }
}

export interface Received {
  id: number
  data: string
}

export const eventsIn = (text: string): Received[] =>
  [...text.matchAll(/id: (\d+)\nevent: notification\ndata: (.*)\n\n/g)].map(([, id, data]) => ({
    id: Number(id),
    data: data!
  }))

/** A reader of a journal that is cut off and comes back, now and then, and is slow where `isSlow` says so. */
export class Reader {
  readonly received: Received[] = []
  readonly gaps: [after: number, last: number][] = []
  #cut = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  readonly #isSlow: () => boolean

  constructor(isSlow: () => boolean = () => false) {
    this.#isSlow = isSlow
  }

  get last(): number {
    return Math.max(this.received.at(-1)?.id ?? 0, this.gaps.at(-1)?.[1] ?? 0)
  }

  connect(journal: Journal): void {
    this.#cut = new AbortController()
    const { signal } = this.#cut
    const send = (text: string) => {
      if (!signal.aborted) this.received.push(...eventsIn(text))
      return this.#isSlow() ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined
    }
    const gap = (after: number, last: number) => (this.gaps.push([after, last]), '')
    this.#running = followJournal(journal, { after: this.last, send, gap, signal })
  }

  async cut(): Promise<void> {
    this.#cut.abort()
    await this.#running
  }

  async until(seq: number): Promise<void> {
    while (this.last < seq) await new Promise((resolve) => setImmediate(resolve))
    await this.cut()
  }
}

/** Large events, each stored by itself. */
export function write(journal: Journal, count: number): void {
  for (let n = 0; n < count; n++) {
    journal.append('notification', JSON.stringify('x'.repeat(1_000)))
    journal.flush()
  }
}
