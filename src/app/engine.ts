import { principalName } from '../access/principal.ts'
import { catalogOf } from '../codex/binary/catalog.ts'
import type { Guard } from '../codex/process/guard.ts'
import { keptThreadsIn } from '../codex/threads/persistent-threads.ts'
import type { KeptThreads } from '../codex/threads/persistent-threads.ts'
import { boundsAround } from '../codex/home/permissions.ts'
import type { Config } from '../config/config.ts'
import { apart } from '../engines/apart.ts'
import { createAppServerEngine } from '../engines/app-server/engine.ts'
import { createExecEngine } from '../engines/exec/engine.ts'
import { instructed } from '../engines/instructed.ts'
import { limited } from '../engines/limited.ts'
import { measured } from '../engines/measured.ts'
import { TurnQueue } from '../engines/queue.ts'
import { routed } from '../engines/routed.ts'
import { timed } from '../engines/timed.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Runtime } from '../workspaces/runtime.ts'
import { threadExpiry } from '../workspaces/thread-expiry.ts'
import type { Engine } from '../turn/engine.ts'

/** Milliseconds until codex must have begun, and that it may then be silent: as long as it waits for a silent model itself. */
const clocks = { start: 30_000, idle: 300_000 }

/** What all persistent threads together may take. */
const persistentThreads = { count: 10_000, bytes: 1_073_741_824 }

/** Both engines behind one door: routed by need, in bounded slots, under clocks, measured. `guard` is disposed of after it. */
export function engineFrom(config: Config, runtime: Runtime, guard: Guard, metrics: Metrics): Engine {
  const { profiles, layers, capabilities, catalog } = runtime
  const shared = {
    binary: runtime.binary.path,
    guard,
    workspace: runtime.workspace.path,
    model: config.CODEX_MODEL,
    effort: config.CODEX_MODEL_REASONING_EFFORT,
    sandbox: config.CODEX_SANDBOX,
    profile: config.CODEX_PROFILE,
    addDirs: config.CODEX_ADD_DIRS,
    lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT
  }
  const keeping = { ...runtime.env, CODEX_HOME: runtime.threadsHome }
  const boundsIn = (env: Record<string, string>) =>
    boundsAround({
      secrets: runtime.secrets,
      addDirs: config.CODEX_ADD_DIRS,
      open: env === keeping || guard.means === 'watchdog'
    })
  const exec = (env: Record<string, string>) =>
    createExecEngine({
      ...shared,
      env,
      bounds: boundsIn(env),
      settings: { layers, ...(capabilities.flags && { flags: capabilities.flags }) },
      skipGitRepoCheck: config.CODEX_SKIP_GIT_REPO_CHECK,
      models: () => catalogOf(runtime.binary.path, runtime.env)
    })
  const appServer = (env: Record<string, string>) =>
    createAppServerEngine({
      ...shared,
      env,
      bounds: boundsIn(env),
      settings: runtime.settings,
      profiles,
      warmThreads: config.CODEX_WARM_THREADS,
      mcpServers: runtime.userConfig.mcpServers,
      catalog
    })
  const threads = keptThreadsIn(runtime.binary.path, keeping)
  const engines = [apart(exec(runtime.env), exec(keeping)), apart(appServer(runtime.env), appServer(keeping))] as const
  const engine = expiring(threads, config, routed(preferredFirst(engines, config.CODEX_ENGINE)))
  const queue = new TurnQueue(limitsFrom(config))
  metrics.watch({ queue, guard })
  return measured(
    timed(limited(instructed(engine, shared), queue), { total: config.CODEX_TIMEOUT_SECONDS * 1000, ...clocks }),
    (turn) => metrics.turn({ ...turn, principal: principalName(turn.principal) })
  )
}

function preferredFirst(engines: readonly [Engine, ...Engine[]], name: string): [Engine, ...Engine[]] {
  const preferred = engines.find((engine) => engine.name === name) ?? engines[0]
  return [preferred, ...engines.filter((engine) => engine !== preferred)]
}

/** Lets the threads that are kept be forgotten, and the old ones by themselves. */
function expiring(threads: KeptThreads, { CODEX_THREAD_TTL_HOURS: hours }: Config, engine: Engine): Engine {
  const expiry = threadExpiry(threads, { ...persistentThreads, ttlMs: hours * 3_600_000 })
  return {
    ...engine,
    forget: threads.delete,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await expiry[Symbol.asyncDispose]()
    }
  }
}

/** With several tokens nobody may hold more than half the line. */
function limitsFrom(config: Config) {
  const own = (limit: number) => (limit === 0 ? undefined : limit)
  const several = config.CODEX_GATEWAY_TOKEN.length > 1 || config.CODEX_GATEWAY_TOKEN_FILE !== undefined
  const half = several ? Math.ceil(config.CODEX_MAX_QUEUE / 2) : undefined
  return {
    concurrency: config.CODEX_MAX_CONCURRENCY,
    queue: config.CODEX_MAX_QUEUE,
    patience: config.CODEX_QUEUE_TIMEOUT_SECONDS * 1000,
    perClient: {
      concurrency: own(config.CODEX_TOKEN_MAX_CONCURRENCY),
      queue: own(config.CODEX_TOKEN_MAX_QUEUE) ?? half
    }
  }
}
