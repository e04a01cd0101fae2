import { principalName } from '../access/principal.ts'
import type { Guard } from '../codex/process/guard.ts'
import type { Config } from '../config/config.ts'
import { createAppServerEngine } from '../engines/app-server/engine.ts'
import { createExecEngine } from '../engines/exec/engine.ts'
import { instructed } from '../engines/instructed.ts'
import { ifLoggedIn } from '../engines/logged-in.ts'
import { limited } from '../engines/limited.ts'
import { measured } from '../engines/measured.ts'
import { TurnQueue } from '../engines/queue.ts'
import { routed } from '../engines/routed.ts'
import { timed } from '../engines/timed.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Engine } from '../turn/engine.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** What engines are made of. */
export interface EngineParts {
  config: Config
  workspaces: WorkspaceRegistry
  guard: Guard
}

/** Every engine. A new one is a folder in `engines` and a line here. */
const enginesFrom = ({ config, workspaces, guard }: EngineParts): readonly [Engine, ...Engine[]] => [
  createExecEngine({
    binary: workspaces.codex.binary.path,
    flags: workspaces.codex.capabilities.flags,
    workspaces,
    guard,
    lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT
  }),
  createAppServerEngine({ workspaces, warmThreads: config.CODEX_WARM_THREADS })
]

/** Milliseconds until codex must have begun, and that it may then be silent: as long as it waits for a silent model itself. */
const clocks = { start: 30_000, idle: 300_000 }

/**
 * The chain of an engine, from the outermost link: `measured` (sees every turn, refused ones too), `timed` (the clock
 * includes the wait for a slot), `limited` (a slot is given back only when nothing of the turn is left), then what runs
 * where codex does: `ifLoggedIn` (before anything is read or started), `instructed` (reads AGENTS.md there), `routed` (chooses an engine), and in each engine `contracted`.
 * The outer three stay with the gateway where turns run elsewhere. `workspaces` and `guard` are disposed of after it.
 */
export function engineFrom(parts: EngineParts, metrics: Metrics): Engine {
  return outerChain(innerChain(parts), parts, metrics)
}

/** What runs where codex does. */
export function innerChain(parts: EngineParts): Engine {
  const { config, workspaces } = parts
  return {
    ...ifLoggedIn(instructed(routed(preferredFirst(enginesFrom(parts), config.CODEX_ENGINE)), workspaces), workspaces),
    forget: async (threadId, workspace) => (await workspaces.get(workspace)).threads.delete(threadId)
  }
}

function preferredFirst(engines: readonly [Engine, ...Engine[]], name: string): [Engine, ...Engine[]] {
  const preferred = engines.find((engine) => engine.name === name) ?? engines[0]
  return [preferred, ...engines.filter((engine) => engine !== preferred)]
}

/** What runs at the gateway. */
export function outerChain(
  engine: Engine,
  { config, guard }: Omit<EngineParts, 'workspaces'>,
  metrics: Metrics
): Engine {
  const queue = new TurnQueue(limitsFrom(config))
  metrics.watch({ queue, guard })
  const times = { total: config.CODEX_TIMEOUT_SECONDS * 1000, ...clocks }
  return measured(timed(limited(engine, queue), times), (turn) =>
    metrics.turn({ ...turn, principal: principalName(turn.principal) })
  )
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
