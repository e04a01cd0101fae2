import { WebSocketServer } from 'ws'
import type { Authenticator, Identity } from '../access/authenticator.ts'
import { forKey, workspaceFor } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Checks } from '../http/door/checks.ts'
import { isRefusal } from '../http/door/verdict.ts'
import type { Refusal } from '../http/door/verdict.ts'
import type { Upgrade, UpgradeRoute } from '../http/upgrade.ts'
import { GatewayError } from '../turn/error.ts'
import type { Workspaces } from '../workspaces/workspace.ts'
import { Client } from './client.ts'
import { closingSentences } from './closing.ts'
import { endWithToken } from './end-with-token.ts'
import type { Meters } from './metering/meters.ts'
import type { ClientTimes } from './client-times.ts'
import type { Note } from './client.ts'

export interface RemoteOptions extends Pick<Checks, 'open'> {
  authenticator: Pick<Authenticator, 'isStillValid'>
  workspaces: Workspaces
  directory: WorkspaceDirectory
  /** Where turns are accounted for. */
  meters: Meters
  note: Note
  /** Counted here. */
  counts: { joined: number; refused: number }
  times?: Partial<ClientTimes> | undefined
}

/** How clients are spoken with. A message of theirs is at most so many bytes long. */
export const speaking = { perMessageDeflate: false, clientTracking: false, maxPayload: 67_108_864 }
/** Connections at once, and those of one principal. */
const most = { all: 1_024, principal: 128 }

/** The Codex TUIs that are connected: `codex --remote`. */
export class Remote {
  readonly #options: RemoteOptions
  readonly #sockets = new WebSocketServer({ ...speaking, noServer: true })
  /** With the id of their principal, and their workspace. */
  readonly #clients = new Map<Client, { principal: string; workspace: string }>()

  constructor(options: RemoteOptions) {
    this.#options = options
  }

  /** The TUI (codex-cli 0.169) takes no path in an address: without one the token says which workspace. */
  get route(): UpgradeRoute {
    return {
      serves: ({ path }) => path === '/' || path === '/codex-app/ws',
      accept: (upgrade) => this.#accept(upgrade)
    }
  }

  /** No more turns begin: the gateway stops when those at work are over. */
  drain(): void {
    for (const client of this.#clients.keys()) client.refuseTurns(closingSentences.draining)
  }

  /** Closes every connection, and says why. Resolves when they are closed. */
  async stop(): Promise<void> {
    const all = [...this.#clients.keys()]
    for (const client of all) client.close('restart', 'The gateway is shutting down.')
    await Promise.all(all.map((client) => client.closed))
  }

  /** Shows a sentence to all clients of a workspace. */
  warn(workspace: string, sentence: string): void {
    for (const [client, about] of this.#clients) if (about.workspace === workspace) client.warn(sentence)
  }

  async #accept(upgrade: Upgrade): Promise<Refusal | undefined> {
    const { workspaces, directory, open, authenticator, note, counts, times, meters } = this.#options
    const identity = await open(upgrade.req, 'remote')
    if (isRefusal(identity)) return identity
    const { principal } = identity
    const { id, models } = forKey(principal, workspaceFor({ path: upgrade.url.workspace }, principal, directory))
    this.#checkRoom(identity)
    const about = { workspace: id, principal: principal.name, address: upgrade.req.socket.remoteAddress }
    this.#sockets.handleUpgrade(upgrade.req, upgrade.socket, upgrade.head, (socket) => {
      const client = new Client({
        ...{ socket, workspace: () => workspaces.get(id), about, note, counts, times, models },
        caller: { owner: principal.id, key: principal.key?.id },
        meterOf: (server, workspace) => meters.of(server, workspace)
      })
      this.#clients.set(client, { principal: principal.id, workspace: id })
      const life = endWithToken(client, identity, authenticator)
      void client.closed.then(() => {
        life[Symbol.dispose]()
        this.#clients.delete(client)
      })
    })
    return undefined
  }

  #checkRoom({ principal }: Identity): void {
    const own = [...this.#clients.values()].filter((one) => one.principal === principal.id).length
    if (this.#clients.size >= most.all || own >= most.principal)
      throw new GatewayError('overloaded', 'There are too many remote connections.', { retryAfter: 10 })
  }
}
