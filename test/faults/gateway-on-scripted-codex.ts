import { testExecEngine } from '../support/engines.ts'
import type { ExecTestOptions } from '../support/engines.ts'
import { turn } from '../support/scripted-codex/exec-steps.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { ScriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../support/scripted-codex/step.ts'
import { startWatchedGateway } from './watched-gateway.ts'
import type { FaultOptions, WatchedGateway } from './watched-gateway.ts'
import { canaries } from './invariants.ts'

export interface ScriptedOptions extends FaultOptions {
  exec?: Partial<ExecTestOptions>
}

const hasty: ExecTestOptions['ladder'] = [
  { send: 'SIGINT', patience: 500 },
  { send: 'SIGTERM', patience: 100 }
]

/** A gateway over a codex that plays these runs, one after another, and then ordinary ones. */
export async function startGatewayOnScriptedCodex(
  runs: Step[][],
  { exec, ...options }: ScriptedOptions = {}
): Promise<WatchedGateway & { codex: ScriptedCodex }> {
  const codex = await scriptedCodex({ exec: [...runs, turn('Fine.')] })
  const env = { PATH: process.env['PATH'] ?? '', CODEX_API_KEY: canaries.key }
  const gateway = await startWatchedGateway(
    {
      engine: (guard, folder) =>
        testExecEngine({
          binary: codex.path,
          env,
          guard,
          folder,
          lineLimit: 1_000_000,
          ladder: options.ladder ?? hasty,
          ...exec
        }),
      keeps: () => 0,
      left: codex.alive,
      secrets: [],
      dispose: () => codex[Symbol.asyncDispose]()
    },
    { means: 'watchdog', ...options }
  ) // in a namespace the script would record pids that mean nothing outside
  return { ...gateway, codex }
}
