import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogOf, keptCatalog } from './codex/catalog.ts'
import type { CodexProcess } from './codex/spawn.ts'
import type { Config } from './config.ts'
import { createExecEngine } from './engines/exec/engine.ts'
import type { TurnGuard } from './engines/exec/engine.ts'
import { limited } from './engines/limited.ts'
import { TurnQueue } from './engines/queue.ts'
import { timed } from './engines/timed.ts'
import type { Runtime } from './runtime.ts'
import type { Engine } from './turn/engine.ts'

/** Milliseconds until codex must have begun, and that it may then be silent. */
const clocks = { start: 30_000, idle: 300_000 }

/** The engine that the settings ask for, in bounded slots and under clocks. */
export function engineFrom(config: Config, runtime: Runtime): Engine {
  const queue = new TurnQueue({ concurrency: config.CODEX_MAX_CONCURRENCY, queue: config.CODEX_MAX_QUEUE, patience: config.CODEX_QUEUE_TIMEOUT_SECONDS * 1000 })
  const exec = createExecEngine({
    binary: runtime.binary.path,
    env: runtime.env,
    settings: { layers: runtime.layers, ...(runtime.capabilities.flags && { flags: runtime.capabilities.flags }) },
    guard: plainGuard,
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

/** Interrupts codex itself and no more, until the process guard is here. */
const plainGuard: TurnGuard = {
  mark: () => ({}),
  adopt: () => {},
  async stop(_turnId: string, child: CodexProcess) {
    process.kill(child.pid, 'SIGINT')
    const kill = setTimeout(() => process.kill(child.pid, 'SIGKILL'), 3_000)
    await child.exited
    clearTimeout(kill)
  },
  sweep: async () => 0,
  async folder() {
    const path = await mkdtemp(join(tmpdir(), 'codex-gateway-'))
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
  }
}
