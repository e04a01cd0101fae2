import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Check } from '../api/health/api.ts'
import type { LoginDependencies } from '../api/login/api.ts'
import type { Assets } from '../api/page/assets.ts'
import type { RemoteApiParts } from './remote.ts'
import type { Config } from '../config/config.ts'
import type { AccessRecord } from '../http/access.ts'
import type { Api, ErrorDialect, Operation } from '../http/api.ts'
import type { ReadBody } from '../http/body/body.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Store } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import type { SharedTasks } from './task-writer.ts'
import type { ThreadParts } from './threads.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Engine } from '../turn/engine.ts'

/** What the APIs are made of. */
export interface ApiOptions extends RemoteApiParts {
  engine: Engine
  config: Config
  readBody: ReadBody
  /** Where responses are stored. */
  store: Store
  /** What outlives its request. */
  work: Work
  /** Called when a turn is over that went on after a restart. */
  logResumed?: ((record: AccessRecord) => void) | undefined
  /** Reports the ends of what outlives its request. */
  webhooks: Webhooks
  /** Takes a line for each task that has ended; none when left out. */
  log?: Pick<Log, 'info'> | undefined
  /** The workspaces that callers may choose from; `default` alone when left out. */
  directory?: WorkspaceDirectory | undefined
  /** What all paths may begin with, such as `/v1`. */
  prefix: string
  /** How failures read where an API has no dialect of its own. */
  dialect: ErrorDialect
  /** Whether a turn could be run; nothing is checked when left out. */
  readiness?: (() => Promise<readonly Check[]>) | undefined
  /** What `/healthz` says beside `ok`, to everybody. */
  facts?: Readonly<Record<string, unknown>> | undefined
  /** What threads run on; there are none over HTTP when it is left out. */
  threads?: ThreadParts | undefined
  /** Tasks that several front ends share; those of this gateway alone, if any, when left out. */
  sharedTasks?: SharedTasks | undefined
  /** Handles what a worker is to answer, where there are workers; nothing of that is there when left out. */
  forward?: Operation['handle'] | undefined
  /** What other gateways have and this one does not; nothing when left out. */
  elsewhere?: readonly Api[] | undefined
  /** Who used what; nothing tells of it when it is left out. */
  ledger?: Ledger | undefined
  /** Who is let in, for browsers to log in; they cannot when it is left out. */
  login?: Omit<LoginDependencies, 'readBody'> | undefined
  /** The page for browsers, which is not there when left out. */
  page?: Assets | undefined
  /** Served at `/metrics`, which is not there when left out. */
  metrics?: Pick<Metrics, 'exposition'> | undefined
}
