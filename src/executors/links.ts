import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { WebSocket } from 'ws'
import { within } from '../turn/deadline.ts'
import { ExecutorLink } from './link.ts'
import type { ExecutorAbout } from './link.ts'

/** Takes a line for the log. */
export type Note = (fields: object, message: string) => void

/** The right of one app-server to reach the executors of its workspace, until it is disposed of. */
export interface Admission extends Disposable {
  /** Only the app-server knows it. */
  readonly token: string
  /** Those that are connected, or were a moment ago. */
  readonly executors: readonly string[]
}

export interface LinksOptions {
  note: Note
  /** An executor has come, or has been away for longer than a broken connection takes. */
  changed?: ((about: ExecutorAbout, isThere: boolean) => void) | undefined
  /** Milliseconds that an app-server waits for an executor that was there a moment ago. */
  holdMs: number
}

/** Milliseconds after which an executor that is away is no longer waited for. */
const memory = 60_000

/** Milliseconds in which one that has lost its connection is usually back (codex-cli 0.169: under a second). */
const blink = 3_000

/** What is known of one name in one workspace. */
interface Known {
  link?: ExecutorLink | undefined
  registered: number
  leftAt: number
  /** Whether it counts as there. */
  isThere: boolean
  absence?: NodeJS.Timeout | undefined
  waiting: Set<() => void>
}

/** The executors that are connected, by workspace and name, and the app-servers that may reach them. */
export class ExecutorLinks {
  readonly #options: LinksOptions
  readonly #known = new Map<string, Map<string, Known>>()
  /** Of links that are closed. */
  #bytes = 0
  readonly #admitted = new Map<string, { workspace: string; came: (executor: string) => void }>()

  constructor(options: LinksOptions) {
    this.#options = options
  }

  /** All that are connected. */
  get links(): ExecutorLink[] {
    return [...this.#known.values()].flatMap((all) => [...all.values()].flatMap(({ link }) => link ?? []))
  }

  /** Bytes that executors and app-servers have sent each other. */
  get bytes(): number {
    return this.links.reduce((sum, { bytes }) => sum + bytes, this.#bytes)
  }

  of(workspace: string): ExecutorLink[] {
    return this.links.filter((link) => link.about.workspace === workspace)
  }

  /** Whether one of this name has registered later: then this one has been replaced. */
  isReplaced({ workspace, executor }: Pick<ExecutorAbout, 'workspace' | 'executor'>, registered: number): boolean {
    return registered < (this.#known.get(workspace)?.get(executor)?.registered ?? 0)
  }

  /** The newest of a name wins. */
  connect(socket: WebSocket, about: ExecutorAbout, registered: number): ExecutorLink {
    const known = this.#knownOf(about)
    if (known.link) {
      const isSame = known.registered === registered
      known.link.close('replaced', 'Another executor of this name has come.')
      if (!isSame) this.#options.note({ ...about }, 'an executor is replaced by another one of its name')
    }
    const link = new ExecutorLink(socket, about, registered)
    Object.assign(known, { link, registered })
    this.#options.note({ ...about }, 'an executor has come')
    void link.closed.then(() => this.#left(known, link))
    clearTimeout(known.absence)
    if (!known.isThere) this.#options.changed?.(about, true)
    known.isThere = true
    for (const admitted of this.#admitted.values())
      if (admitted.workspace === about.workspace) admitted.came(about.executor)
    for (const come of [...known.waiting]) come()
    return link
  }

  /** `came` is called for each executor that connects from now on. */
  admit(workspace: string, came: (executor: string) => void): Admission {
    const token = randomBytes(32).toString('base64url')
    const key = digestOf(token)
    this.#admitted.set(key, { workspace, came })
    const recent = [...(this.#known.get(workspace) ?? [])].filter(([, known]) => this.#isRecent(known))
    return {
      token,
      executors: recent.map(([executor]) => executor),
      [Symbol.dispose]: () => {
        this.#admitted.delete(key)
        for (const link of this.of(workspace)) if (!link.isFree) link.close('normal', 'The app-server has left.')
      }
    }
  }

  /** The workspace whose app-server has this token. */
  workspaceOf(token: string): string | undefined {
    const asked = Buffer.from(digestOf(token))
    for (const [key, { workspace }] of this.#admitted) if (timingSafeEqual(Buffer.from(key), asked)) return workspace
    return undefined
  }

  /** The connection of this executor; waits a little for one that was there a moment ago. Undefined where there is none. */
  async find(workspace: string, executor: string, signal: AbortSignal): Promise<ExecutorLink | undefined> {
    const known = this.#known.get(workspace)?.get(executor)
    if (!known || !this.#isRecent(known)) return undefined
    const until = performance.now() + this.#options.holdMs
    while (!known.link?.isFree) {
      let come = () => {}
      const coming = new Promise<void>((resolve) => (come = resolve))
      known.waiting.add(come)
      const hasCome = await within(until - performance.now(), coming, signal)
      known.waiting.delete(come)
      if (!hasCome) return undefined
    }
    return known.link
  }

  /** Closes all; they connect again, to the gateway that runs next. */
  async stop(): Promise<void> {
    const { links } = this
    for (const link of links) link.close('restart', 'The gateway is shutting down.')
    await Promise.all(links.map(({ closed }) => closed))
  }

  #isRecent({ link, leftAt }: Known): boolean {
    return link !== undefined || leftAt > Date.now() - memory
  }

  #knownOf({ workspace, executor }: ExecutorAbout): Known {
    const all = this.#known.get(workspace) ?? new Map<string, Known>()
    this.#known.set(workspace, all)
    for (const [name, known] of all) if (!this.#isRecent(known) && known.waiting.size === 0) all.delete(name)
    const known = all.get(executor) ?? { registered: 0, leftAt: 0, isThere: false, waiting: new Set<() => void>() }
    all.set(executor, known)
    return known
  }

  #left(known: Known, link: ExecutorLink): void {
    this.#options.note({ ...link.about, bytes: link.bytes }, 'an executor has left')
    this.#bytes += link.bytes
    if (known.link !== link) return
    known.link = undefined
    known.leftAt = Date.now()
    known.absence = setTimeout(() => {
      known.isThere = false
      this.#options.changed?.(link.about, false)
    }, blink).unref()
  }
}

const digestOf = (token: string) => hash('sha256', token, 'hex')
