import { setTimeout as sleep } from 'node:timers/promises'
import { readEvents } from '../../test/api/agents/event-reader.ts'
import type { Streamed } from '../../test/api/agents/event-reader.ts'
import { token } from '../agent-kills/gateway.ts'

/** A reader of one session that leaves after a few events, or a while, and goes on after the last one that it has. */
export class Reader {
  readonly events: Streamed[] = []
  readonly wrong: string[] = []
  connections = 0

  /** Reads until `signal` aborts. `url` is that of the gateway that there is. */
  async run(url: () => string | undefined, session: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const at = url()
      if (at !== undefined) await this.read(at, session).catch(() => {}) // its gateway has ended
      await sleep(Math.random() * 200)
    }
  }

  /** Reads some events, or all that there are up to the one of this id. */
  async read(url: string, session: string, last?: string): Promise<void> {
    const after = this.events.at(-1)?.id ?? '0'
    const most = last === undefined ? Math.ceil(Math.random() * 60) : Infinity
    if (after === last) return
    this.connections += 1
    await readEvents(
      [`${url}/v1`, session, after, token],
      (event) => {
        const former = this.events.at(-1)
        if (former !== undefined && Number(event.id) <= Number(former.id))
          this.wrong.push(`${event.id} after ${former.id}`)
        const said = JSON.stringify(event.data)
        if (said.includes('events_expired')) this.wrong.push(said)
        this.events.push(event)
        return event.id === last
      },
      most
    )
  }
}

/** What is wrong with what a reader has, beside what the journal holds in the end, which may have lost its beginning: `missed` and other events, and how many were never stored. */
export function compared(
  journal: readonly Streamed[],
  { events }: Reader
): { missed: number; changed: number; unstored: number } {
  const had = new Map(events.map((event) => [event.id, JSON.stringify(event.data)]))
  const stored = new Set(journal.map(({ id }) => id))
  return {
    missed: journal.filter(({ id }) => !had.has(id)).length,
    changed: journal.filter(({ id, data }) => had.has(id) && had.get(id) !== JSON.stringify(data)).length,
    unstored: events.filter(({ id }) => Number(id) >= Number(journal[0]?.id) && !stored.has(id)).length
  }
}
