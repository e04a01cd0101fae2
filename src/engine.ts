import { catalogOf, keptCatalog } from './codex/catalog.ts'
import type { Guard } from './codex/guard.ts'
import type { Config } from './config.ts'
import { createExecEngine } from './engines/exec/engine.ts'
import { limited } from './engines/limited.ts'
import { TurnQueue } from './engines/queue.ts'
import { timed } from './engines/timed.ts'
import type { Runtime } from './runtime.ts'
import type { Engine } from './turn/engine.ts'

/** Milliseconds until codex must have begun, and that it may then be silent. */
const clocks = { start: 30_000, idle: 300_000 }

/** The engine that the settings ask for, in bounded slots and under clocks. `guard` is disposed of after it. */
export function engineFrom(config: Config, runtime: Runtime, guard: Guard): Engine {
  const queue = new TurnQueue({ concurrency: config.CODEX_MAX_CONCURRENCY, queue: config.CODEX_MAX_QUEUE, patience: config.CODEX_QUEUE_TIMEOUT_SECONDS * 1000 })
  const exec = createExecEngine({
    binary: runtime.binary.path,
    env: runtime.env,
    settings: { layers: runtime.layers, flags: runtime.capabilities.flags },
    guard,
    workspace: runtime.workspace.path,
    profile: 'agent',
    model: config.CODEX_MODEL,
    effort: config.CODEX_MODEL_REASONING_EFFORT,
    sandbox: config.CODEX_SANDBOX,
    addDirs: config.CODEX_ADD_DIRS,
    skipGitRepoCheck: config.CODEX_SKIP_GIT_REPO_CHECK,
    lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT,
    models: keptCatalog(() => catalogOf(runtime.binary.path, runtime.env))
  })
  return timed(limited(exec, queue), { total: config.CODEX_TIMEOUT_SECONDS * 1000, ...clocks })
}
