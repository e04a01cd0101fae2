import type { WorkspaceState } from '../activity.ts'
import { GatewayError } from '../../turn/error.ts'
import { AppServerSupervisor } from '../app-server-supervisor.ts'
import type { Lease, SupervisorOptions } from '../app-server-supervisor.ts'
import { RestartLimit } from '../restart-limit.ts'
import { memoryFrom } from './diagnostics.ts'
import type { KnownExecutors } from './environments.ts'
import { SharedAppServer } from './shared-app-server.ts'
import type { SharedAppServerOptions } from './shared-app-server.ts'

const outdated = 'There is a new workspace, which this one must not see, so its app-server starts again.'

export interface SharedCodexOptions
  extends Omit<SupervisorOptions, 'enter'>, Pick<SharedAppServerOptions, 'start' | 'opened' | 'ended'> {
  /** Has the home to itself: see `SharedAppServerOptions`. */
  enter: () => Promise<() => void>
  /** Resolves when a client may come; what it resolves to is disposed of when it has left. */
  enterActivity: (leave: () => void) => Promise<Disposable>
  /** When its home was saved last. */
  savedAt?: (() => number | undefined) | undefined
  /** Called when a turn has begun or ended. */
  turned?: (() => void) | undefined
  /** The executors on which its commands run; they run at the gateway when left out. */
  environments?: KnownExecutors | undefined
  /** How many clients there may be at once. */
  clients: number
}

/** The place of a client at a shared app-server, until it is disposed of: that of the last one lets the app-server become idle. */
export interface Seat extends AsyncDisposable {
  readonly server: SharedAppServer
}

/** What operators may know of it. */
export interface SharedFigures {
  clients: number
  /** Threads with a turn at work. */
  turns: number
  /** Unix milliseconds; undefined while none runs. */
  startedAt: number | undefined
  /** When its home was saved last, in Unix milliseconds. */
  savedAt: number | undefined
}

/** The app-server that the clients of one workspace share: it runs while there are clients or turns, and some time longer. */
export class SharedCodex {
  /** The executors on which its commands run; undefined where they run at the gateway. */
  readonly environments: KnownExecutors | undefined
  readonly #supervisor: AppServerSupervisor<SharedAppServer>
  readonly #restarts = new RestartLimit()
  readonly #maxClients: number
  readonly #savedAt: () => number | undefined
  #clients = 0
  #current: SharedAppServer | undefined
  /** While turns are at work, with clients or without. */
  #busy: Promise<Lease<SharedAppServer> | undefined> | undefined
  #idle: (() => void)[] = []

  constructor({
    clients,
    environments,
    start,
    enter,
    opened,
    ended,
    turned,
    savedAt = () => undefined,
    enterActivity,
    ...options
  }: SharedCodexOptions) {
    this.#maxClients = clients
    this.environments = environments
    this.#savedAt = savedAt
    this.#supervisor = new AppServerSupervisor<SharedAppServer>(
      () => {
        const server: SharedAppServer = new SharedAppServer({
          ...{ start, enter, opened, ended },
          onActive: (count) => {
            turned?.()
            this.#onActive(server, count)
          }
        })
        this.#current = server
        return server
      },
      { ...options, restarts: this.#restarts, enter: () => enterActivity(() => void this.stop(outdated)) }
    )
  }

  get state(): WorkspaceState {
    return this.#supervisor.state
  }

  get figures(): SharedFigures {
    const server = this.state === 'running' ? this.#current : undefined
    return {
      clients: this.#clients,
      turns: server?.active.size ?? 0,
      startedAt: server?.startedAt,
      savedAt: this.#savedAt()
    }
  }

  /** Bytes of resident memory of the app-server; undefined where none runs, or it does not say. */
  async memory(): Promise<number | undefined> {
    if (this.state !== 'running') return undefined
    const answer = await this.#current?.request('server/diagnostics', {}).catch(() => undefined)
    return memoryFrom(answer)
  }

  /** Starts the app-server where none runs. Rejects with `overloaded` or `engine_stopped`, in a sentence for the client. */
  async join(): Promise<Seat> {
    if (this.#clients >= this.#maxClients)
      throw new GatewayError(
        'overloaded',
        `This workspace has ${this.#maxClients} clients already, which is the most (CODEX_WORKSPACE_CLIENTS). Close one of them.`
      )
    this.#clients++
    try {
      const lease = await this.#supervisor.lease()
      return this.#seatOf(lease)
    } catch (error) {
      this.#clients--
      throw error
    }
  }

  /** Ends the app-server that runs, if one does, and its turns: clients get the reason. Resolves when nothing of it is left. */
  async stop(reason: string): Promise<void> {
    const server = this.#current
    if (!server) return
    this.#restarts.reset() // it did not die
    server.leave(reason)
    await server.stop()
  }

  /** Resolves when no turn is at work, which may be at once. */
  async idle(): Promise<void> {
    await this.#current?.settled() // a turn that has just begun counts
    if ((this.#current?.active.size ?? 0) > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** For good. */
  async close(): Promise<void> {
    this.#current?.leave('The gateway is shutting down.')
    await this.#supervisor.close()
  }

  #seatOf(lease: Lease<SharedAppServer>): Seat {
    let left = false
    return {
      server: lease.connection,
      [Symbol.asyncDispose]: async () => {
        if (left) return
        left = true
        this.#clients--
        await lease.connection.settled() // a turn that it has just begun counts
        lease[Symbol.dispose]()
      }
    }
  }

  #onActive(server: SharedAppServer, count: number): void {
    if (count > 0 && !server.leaving.aborted) this.#busy ??= this.#supervisor.lease().catch(() => undefined)
    if (count > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
    void this.#busy?.then((lease) => lease?.[Symbol.dispose]())
    this.#busy = undefined
  }
}
