import type { SessionEvent } from '../session/types.ts'

/**
 * `connecting` for the first time; `live`; `reconnecting` after a cut; `ended`: it will not come back, as the session is
 * closed or nobody is logged in any more.
 */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended'

export interface StreamOptions {
  /** Where the events after this one are. */
  path: (after: number) => string
  /** The last event that was received, which the stream goes on from. */
  after: number
  /** Events in their order, at most once per frame. */
  onEvents: (events: SessionEvent[]) => void
  onConnection: (connection: Connection) => void
  /** Whether to try again after a cut. */
  mayRetry: () => Promise<boolean>
}

const names = ['session', 'state', 'notification', 'server-request', 'warning', 'gap', 'session-closed']
const firstDelayMs = 500
const maxDelayMs = 15_000

/**
 * Follows a session. When the connection breaks, or the gateway refuses it (it stops, or the login is over), this begins a
 * new one from the last event that came, later and later. The browser's own retry waits for seconds and gives up on refusals.
 */
export class Stream {
  readonly #options: StreamOptions
  #after: number
  #source: EventSource | undefined
  #pending: SessionEvent[] = []
  #retry: ReturnType<typeof setTimeout> | undefined
  #delayMs = firstDelayMs
  #isOver = false

  constructor(options: StreamOptions) {
    this.#options = options
    this.#after = options.after
    options.onConnection('connecting')
    this.#open()
    addEventListener('online', this.reopen)
  }

  /** Begins a new connection where this one is, for one that may be dead without anybody knowing. Nothing is lost by it. */
  readonly reopen = (): void => {
    if (this.#isOver) return
    this.#source?.close()
    clearTimeout(this.#retry)
    this.#options.onConnection('reconnecting')
    this.#open()
  }

  close(): void {
    this.#isOver = true
    this.#source?.close()
    clearTimeout(this.#retry)
    removeEventListener('online', this.reopen)
  }

  #open(): void {
    const source = new EventSource(this.#options.path(this.#after))
    this.#source = source
    source.onopen = () => {
      this.#delayMs = firstDelayMs
      this.#options.onConnection('live')
    }
    source.onerror = () => {
      source.close()
      this.#options.onConnection('reconnecting')
      this.#retry = setTimeout(() => void this.#askAgain(source), this.#delayMs)
      this.#delayMs = Math.min(this.#delayMs * 2, maxDelayMs)
    }
    for (const name of names) source.addEventListener(name, (event: MessageEvent<string>) => this.#receive(name, event))
  }

  #receive(name: string, { lastEventId, data }: MessageEvent<string>): void {
    const id = Number(lastEventId)
    this.#after = Math.max(this.#after, id)
    this.#pending.push({ id, event: name, data: JSON.parse(data) as unknown })
    if (this.#pending.length > 1) return
    requestAnimationFrame(this.#flush)
    setTimeout(this.#flush, 250) // a tab in the background has no frames
  }

  readonly #flush = (): void => {
    const events = this.#pending
    this.#pending = []
    if (!this.#isOver && events.length > 0) this.#options.onEvents(events)
  }

  async #askAgain(source: EventSource): Promise<void> {
    const mayRetry = await this.#options.mayRetry()
    if (this.#isOver || this.#source !== source) return
    if (mayRetry) return this.#open()
    this.close()
    this.#options.onConnection('ended')
  }
}
