import { oneWorkspace } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Checks } from '../http/door/checks.ts'
import type { TakeOver } from '../http/server.ts'
import { upgradeRouter } from '../http/upgrade.ts'
import type { UpgradeOptions } from '../http/upgrade.ts'
import { Remote } from '../remote/remote.ts'
import type { Config } from '../config/config.ts'
import { errorText } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import type { Lifetimes } from '../turn/lifetimes.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/** What remote clients run on: the workspaces of a local codex. */
export interface RemoteParts {
  workspaces: Workspaces
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
  lifetimes: Lifetimes
}

/** The connections that are no longer HTTP. */
export interface Connections {
  /** Undefined where there are none. */
  readonly takeOver?: TakeOver | undefined
  /** Closes all of them. */
  readonly disconnect?: () => Promise<void>
}

export function connectionsFor(options: RemoteForOptions, { checks, lifetimes, ...parts }: ServerParts): Connections {
  const { config, remote, directory = oneWorkspace(config.CODEX_SANDBOX), log, secrets } = options
  if (!remote) return {}
  const note = (fields: object, message: string) => log.info(fields, message)
  const tuis = new Remote({ workspaces: remote.workspaces, directory, open: checks.open, note })
  const takeOver = upgradeRouter({
    ...{ routes: [tuis.route], screen: checks.screen, ...parts },
    isStopping: () => lifetimes.draining,
    log: (error) => log.error({ error: errorText(error, secrets) }, 'failure')
  })
  return { takeOver, disconnect: () => tuis.stop() }
}
