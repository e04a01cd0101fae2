import { oneWorkspace } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { Checks } from '../http/door/checks.ts'
import type { TakeOver } from '../http/server.ts'
import { upgradeRouter } from '../http/upgrade.ts'
import type { UpgradeOptions } from '../http/upgrade.ts'
import { operatorApi } from '../remote/operator-api.ts'
import type { Api } from '../http/api.ts'
import type { ReadBody } from '../http/body/body.ts'
import { turnsApi } from '../remote/turns/api.ts'
import { Remote } from '../remote/remote.ts'
import type { Config } from '../config/config.ts'
import { errorText } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'
import type { RemoteFigures } from '../api/workspaces/api.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** What remote clients run on: the workspaces of a local codex. */
export interface RemoteParts {
  workspaces: Pick<WorkspaceRegistry, 'get' | 'sharedOf'>
  /** Since the start, for the metrics. */
  counts: { joined: number; refused: number }
}

/** What remote clients run on, and their figures at `/metrics`. */
export function remotePartsOf(
  workspaces: Pick<WorkspaceRegistry, 'get' | 'sharedOf' | 'allShared'>,
  metrics: Pick<Metrics, 'watchRemote'>
): RemoteParts {
  const counts = { joined: 0, refused: 0 }
  const now = () => {
    const all = workspaces.allShared()
    return {
      clients: all.reduce((sum, { figures }) => sum + figures.clients, 0),
      turns: all.reduce((sum, { figures }) => sum + figures.turns, 0),
      appServers: all.filter(({ state }) => state === 'running').length
    }
  }
  metrics.watchRemote({ now, counts })
  return { workspaces, counts }
}

/** What operators see of the remote clients of a workspace. */
export function remoteFiguresOf({ workspaces }: RemoteParts): (id: string) => Promise<RemoteFigures | undefined> {
  return async (id) => {
    const shared = workspaces.sharedOf(id)
    if (!shared) return undefined
    const { clients, turns, startedAt } = shared.figures
    return {
      ...{ clients, turns },
      started_at: startedAt === undefined ? null : Math.floor(startedAt / 1000),
      memory_bytes: (await shared.memory()) ?? null
    }
  }
}

export interface RemoteForOptions {
  config: Config
  remote?: RemoteParts | undefined
  directory?: WorkspaceDirectory | undefined
  /** Texts that must not appear in the log. */
  secrets?: Iterable<string> | undefined
  log: Log
}

interface ServerParts extends Pick<UpgradeOptions, 'canonical' | 'dialect'> {
  checks: Checks
  authenticator: Authenticator
  lifetimes: Lifetimes
}

/** The connections that are no longer HTTP. */
export interface Connections {
  /** Undefined where there are none. */
  readonly takeOver?: TakeOver | undefined
  /** Closes all of them. */
  readonly disconnect?: () => Promise<void>
}

export function connectionsFor(
  options: RemoteForOptions,
  { checks, authenticator, lifetimes, ...parts }: ServerParts
): Connections {
  const { config, remote, directory = oneWorkspace(config.CODEX_SANDBOX), log, secrets } = options
  if (!remote) return {}
  const note = (fields: object, message: string) => log.info(fields, message)
  const tuis = new Remote({
    workspaces: remote.workspaces,
    directory,
    open: checks.open,
    authenticator,
    note,
    counts: remote.counts
  })
  const takeOver = upgradeRouter({
    ...{ routes: [tuis.route], screen: checks.screen, ...parts },
    isStopping: () => lifetimes.draining,
    log: (error) => log.error({ error: errorText(error, secrets) }, 'failure')
  })
  return { takeOver, disconnect: () => tuis.stop() }
}

/** What the APIs of remote clients need beside what all have. */
export interface RemoteApiParts {
  /** What remote clients run on; there are none when it is left out. */
  remote?: RemoteParts | undefined
  /** Takes a line for the log. */
  log?: Pick<Log, 'info'> | undefined
}

interface RemoteApiOptions {
  remote: RemoteParts
  directory: WorkspaceDirectory
  readBody: ReadBody
  log?: Pick<Log, 'info'> | undefined
}

/** What HTTP has for remote clients. */
export function remoteApis({ remote, directory, readBody, log }: RemoteApiOptions): Api[] {
  const { workspaces } = remote
  const note = (fields: object, message: string) => log?.info(fields, message)
  return [
    operatorApi({ sharedOf: (id) => workspaces.sharedOf(id), directory, readBody, note }),
    turnsApi({ workspaces, directory, readBody })
  ]
}
