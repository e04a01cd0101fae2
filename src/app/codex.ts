import type { Check } from '../api/health/api.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Store } from '../store/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Guard } from '../codex/process/guard.ts'
import type { Config } from '../config/config.ts'
import type { AccessRecord } from '../http/access.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { within } from '../turn/deadline.ts'
import type { Engine } from '../turn/engine.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'
import { checkEngines, enginesFrom } from './engines.ts'
import { costIn, ledgerFor, usageCheck, watchedUsage } from './ledger.ts'
import { leftOutWithoutRemote } from './elsewhere.ts'
import type { LeftOut } from './elsewhere.ts'
import { Executors } from './executors.ts'
import { readinessOf } from './readiness.ts'
import { remotePartsOf } from './remote.ts'
import type { RemoteParts } from './remote.ts'
import { sandboxed } from './sandboxed.ts'
import type { ThreadParts } from './threads.ts'
import { openWorkspaces } from './workspaces.ts'
import type { OpenOptions } from './workspaces.ts'

/** Milliseconds for turns of remote clients to be accounted for when no app-server is left. */
const accountPatience = 2_000

/** The local Codex CLI, ready to run turns. Its fields are options of `createGateway`. Dispose of it after the gateway. */
export interface Codex extends AsyncDisposable, LeftOut {
  readonly engine: Engine
  readonly readiness: () => Promise<Check[]>
  readonly facts: { isolation: Guard['means'] }
  readonly metrics: Metrics
  readonly observe: (record: AccessRecord) => void
  readonly workspaces: WorkspaceRegistry
  readonly directory: WorkspaceDirectory
  readonly threads: ThreadParts
  readonly remote: RemoteParts | undefined
  readonly guard: Guard
  /** Who used what; undefined where there is no store for it. */
  readonly ledger: Ledger | undefined
}

export interface CodexOptions extends OpenOptions {
  /** Where turns are accounted for; nowhere when left out. It is the caller's, to be closed after the `Codex`. */
  store?: Store | undefined
}

/**
 * Finds the CLI, prepares its home and puts the engines together. `env` is the environment of the process: PATH, HOME and
 * what else the CLI may inherit. Throws a `GatewayError` that says what to do when there is no usable CLI.
 */
export async function openCodex(
  config: Config,
  env: Record<string, string | undefined>,
  { store, ...options }: CodexOptions = {}
): Promise<Codex> {
  checkEngines(config)
  const executors = config.CODEX_REMOTE ? new Executors(config) : undefined
  const observer: { ledger?: Ledger | undefined } = {} // it knows the workspaces, which report to it
  const opened = await openWorkspaces(config, env, {
    ...options,
    executors,
    onWindows: (windows) => observer.ledger?.observe(windows)
  })
  const { workspaces, directory, guard } = opened
  const metrics = createMetrics()
  const ledger = (observer.ledger = store && ledgerFor(store, config, workspaces))
  if (ledger) metrics.watchUsage(watchedUsage(ledger))
  const { engine, chain, remoteChain } = enginesFrom({ config, workspaces, guard, accounts: ledger }, metrics)
  const readiness = readinessOf({
    binary: workspaces.codex.binary.path,
    codexHome: workspaces.default.homes.ephemeral.path,
    login: workspaces.default.login
  })
  const remote = executors && remotePartsOf({ workspaces, executors, metrics, chain: remoteChain })
  return {
    engine,
    readiness: async () => [...(await readiness()), ...(ledger ? [usageCheck(ledger)] : [])],
    facts: { isolation: guard.means },
    metrics,
    observe: metrics.request,
    workspaces,
    directory,
    threads: {
      workspaces,
      chain,
      modelRefusal: (request) => ledger?.modelRefusal(request),
      sandboxed: sandboxed({ workspaces, guard, binary: workspaces.codex.binary.path }),
      costOf: (request, usage) => ledger && costIn(ledger, request, usage)
    },
    remote,
    ...(executors ? { elsewhere: [] } : leftOutWithoutRemote),
    guard,
    ledger,
    async [Symbol.asyncDispose]() {
      try {
        await engine[Symbol.asyncDispose]()
      } finally {
        await opened[Symbol.asyncDispose]()
        if (remote) await within(accountPatience, remote.meters.settled())
        ledger?.[Symbol.dispose]()
      }
    }
  }
}
