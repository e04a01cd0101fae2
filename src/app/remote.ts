import { oneWorkspace } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { Checks } from '../http/door/checks.ts'
import type { TakeOver } from '../http/server.ts'
import { upgradeRouter } from '../http/upgrade.ts'
import type { UpgradeOptions } from '../http/upgrade.ts'
import { executorsApi } from '../api/executors/api.ts'
import type { ExecutorsDependencies } from '../api/executors/api.ts'
import { operatorApi } from '../remote/operator-api.ts'
import type { Api } from '../http/api.ts'
import type { ReadBody } from '../http/body/body.ts'
import { Meters } from '../remote/metering/meters.ts'
import { turnsApi } from '../remote/turns/api.ts'
import type { Entrance } from '../executors/entrance.ts'
import type { Executors } from './executors.ts'
import { refusedUpgrades } from './elsewhere.ts'
import { Remote } from '../remote/remote.ts'
import type { Config } from '../config/config.ts'
import { errorText } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Engine } from '../turn/engine.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'
import type { RemoteFigures } from '../api/workspaces/api.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** What remote clients run on: the workspaces of a local codex. */
export interface RemoteParts {
  workspaces: Pick<WorkspaceRegistry, 'get' | 'sharedOf' | 'allShared'>
  executors: Executors
  /** Where their turns are accounted for. */
  meters: Meters
  /** Since the start, for the metrics. */
  counts: { joined: number; refused: number }
}

interface RemotePartsOptions {
  workspaces: RemoteParts['workspaces']
  executors: Executors
  metrics: Pick<Metrics, 'watchRemote'>
  /** Puts around a turn what every turn of the gateway has. */
  chain: (engine: Engine) => Engine
}

/** What remote clients run on, and their figures at `/metrics`. */
export function remotePartsOf({ workspaces, executors, metrics, chain }: RemotePartsOptions): RemoteParts {
  const counts = { joined: 0, refused: 0 }
  const now = () => {
    const all = workspaces.allShared()
    return {
      clients: all.reduce((sum, { figures }) => sum + figures.clients, 0),
      turns: all.reduce((sum, { figures }) => sum + figures.turns, 0),
      appServers: all.filter(({ state }) => state === 'running').length,
      executors: executors.links.links.length,
      executorBytes: executors.links.bytes
    }
  }
  metrics.watchRemote({ now, counts })
  return { workspaces, executors, counts, meters: new Meters(chain) }
}

/** What operators see of the remote clients of a workspace. */
export function remoteFiguresOf({
  workspaces,
  executors
}: RemoteParts): (id: string) => Promise<RemoteFigures | undefined> {
  return async (id) => {
    const shared = workspaces.sharedOf(id)
    if (!shared) return undefined
    const { clients, turns, startedAt, savedAt } = shared.figures
    const seconds = (time: number | undefined) => (time === undefined ? null : Math.floor(time / 1000))
    return {
      ...{ clients, turns },
      started_at: seconds(startedAt),
      saved_at: seconds(savedAt),
      executors: executors.links.of(id).map(({ about, since }) => ({ id: about.executor, since: seconds(since) ?? 0 })),
      memory_bytes: (await shared.memory()) ?? null
    }
  }
}

export interface RemoteForOptions {
  config: Config
  remote?: RemoteParts | undefined
  directory?: WorkspaceDirectory | undefined
  /** Why they are refused, where there is none. */
  remoteRefusal?: string | undefined
  /** Texts that must not appear in the log. */
  secrets?: Iterable<string> | undefined
  log: Log
}

interface ServerParts extends Pick<UpgradeOptions, 'canonical' | 'dialect'> {
  entrance: Entrance | undefined
  checks: Checks
  authenticator: Authenticator
  lifetimes: Lifetimes
}

/** The connections that are no longer HTTP. */
export interface Connections {
  /** Undefined where there are none. */
  readonly takeOver?: TakeOver | undefined
  /** Lets no more turns begin on them; resolves when none is at work. */
  readonly settle?: () => Promise<void>
  /** Closes all of them. */
  readonly disconnect?: () => Promise<void>
}

export function connectionsFor(
  options: RemoteForOptions,
  { checks, authenticator, lifetimes, entrance, ...parts }: ServerParts
): Connections {
  const { config, remote, directory = oneWorkspace(config.CODEX_SANDBOX), log, secrets, remoteRefusal } = options
  const stopping = {
    isStopping: () => lifetimes.draining,
    log: (error: unknown) => log.error({ error: errorText(error, secrets) }, 'failure')
  }
  if (!remote && remoteRefusal !== undefined)
    return {
      takeOver: upgradeRouter({
        ...stopping,
        ...parts,
        routes: refusedUpgrades(checks.open, remoteRefusal),
        screen: checks.screen
      })
    }
  if (!remote) return {}
  const note = (fields: object, message: string) => log.info(fields, message)
  const tuis = new Remote({
    workspaces: remote.workspaces,
    meters: remote.meters,
    directory,
    open: checks.open,
    authenticator,
    note,
    counts: remote.counts
  })
  remote.executors.warn = (workspace, sentence) => tuis.warn(workspace, sentence)
  const takeOver = upgradeRouter({
    ...{ routes: [tuis.route, ...(entrance?.routes ?? [])], screen: checks.screen, ...parts, ...stopping }
  })
  return {
    takeOver,
    async settle() {
      tuis.drain()
      await Promise.all(remote.workspaces.allShared().map((shared) => shared.idle()))
    },
    disconnect: async () => void (await Promise.all([tuis.stop(), remote.executors.links.stop()]))
  }
}

/** What the APIs of remote clients need beside what all have. */
export interface RemoteApiParts {
  /** Who lets executors in. */
  executors?: ExecutorsDependencies | undefined
  /** What remote clients run on; there are none when it is left out. */
  remote?: RemoteParts | undefined
  /** Takes a line for the log. */
  log?: Pick<Log, 'info'> | undefined
}

interface RemoteApiOptions extends Pick<RemoteApiParts, 'executors'> {
  remote: RemoteParts
  directory: WorkspaceDirectory
  readBody: ReadBody
  log?: Pick<Log, 'info'> | undefined
}

/** What HTTP has for remote clients. */
export function remoteApis({ remote, executors, directory, readBody, log }: RemoteApiOptions): Api[] {
  const { workspaces } = remote
  const note = (fields: object, message: string) => log?.info(fields, message)
  return [
    operatorApi({ sharedOf: (id) => workspaces.sharedOf(id), directory, readBody, note }),
    turnsApi({ workspaces, directory, readBody, meters: remote.meters }),
    ...(executors ? [executorsApi(executors)] : [])
  ]
}
