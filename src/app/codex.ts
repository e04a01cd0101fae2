import type { Check } from '../api/health/api.ts'
import { watch } from '../codex/process/guard.ts'
import type { Guard } from '../codex/process/guard.ts'
import type { Config } from '../config/config.ts'
import type { AccessRecord } from '../http/access.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Engine } from '../turn/engine.ts'
import { runtimeFrom } from '../workspaces/runtime.ts'
import type { Runtime } from '../workspaces/runtime.ts'
import { engineFrom } from './engine.ts'
import { readinessOf } from './readiness.ts'

/** The local Codex CLI, ready to run turns. Its fields are options of `createGateway`. Dispose of it after the gateway. */
export interface Codex extends AsyncDisposable {
  readonly engine: Engine
  readonly readiness: () => Promise<Check[]>
  readonly facts: { isolation: Guard['means'] }
  readonly metrics: Metrics
  readonly observe: (record: AccessRecord) => void
  readonly runtime: Runtime
  readonly guard: Guard
}

/**
 * Finds the CLI, prepares its home and puts the engines together. `env` is the environment of the process: PATH, HOME and
 * what else the CLI may inherit. Throws a `GatewayError` that says what to do when there is no usable CLI.
 */
export async function openCodex(config: Config, env: Record<string, string | undefined>): Promise<Codex> {
  const runtime = await runtimeFrom(config, env)
  const metrics = createMetrics()
  const guard = await guardFor(runtime)
  const engine = engineFrom(config, runtime, guard, metrics)
  return {
    engine,
    readiness: readinessOf(runtime),
    facts: { isolation: guard.means },
    metrics,
    observe: metrics.request,
    runtime,
    guard,
    async [Symbol.asyncDispose]() {
      try {
        await engine[Symbol.asyncDispose]()
      } finally {
        await guard[Symbol.asyncDispose]()
      }
    }
  }
}

/** The guard of this gateway's turns, which hides its tokens and stored responses from them. */
export function guardFor({ binary, env, secrets }: Runtime): Promise<Guard> {
  return watch({ binary: binary.path, searchPath: env['PATH'], hidden: secrets.others })
}
