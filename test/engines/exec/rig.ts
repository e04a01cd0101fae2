import { tmpdir } from 'node:os'
import type { Rung } from '../../../src/codex/process/guard.ts'
import { testExecEngine } from '../../support/engines.ts'
import type { ExecTestOptions } from '../../support/engines.ts'
import { startGuard } from '../../support/guarded-turn.ts'
import { scriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../../support/scripted-codex/step.ts'
import { says } from '../../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'

/** Steps of stopping that take little time. */
const ladder: Rung[] = [
  { send: 'SIGINT', patience: 500 },
  { send: 'SIGTERM', patience: 100 }
]

/** The engine with the real codex on a scripted upstream. */
export async function startExec(answer: Answer = says('Hello', ' from', ' upstream.')) {
  const upstream = await startUpstream(answer)
  const { env, home, workspace, [Symbol.asyncDispose]: remove } = await writeCodexHome(upstream.url)
  const guard = await startGuard()
  const engine = testExecEngine({ binary: codexBinary, env, folder: workspace, guard, ladder })
  return {
    engine,
    upstream,
    mark: home,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await guard[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await remove()
    }
  }
}

/** The engine with a codex that plays a scenario. */
export async function startExecOnScriptedCodex(exec: Step[], more: Partial<ExecTestOptions> = {}) {
  const codex = await scriptedCodex({ exec })
  const guard = await startGuard({ means: 'watchdog' }) // in a namespace it would record pids that mean nothing outside
  const env = { PATH: process.env['PATH'] ?? '' }
  return {
    codex,
    engine: testExecEngine({ binary: codex.path, env, folder: tmpdir(), guard, ladder, ...more }),
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]()
      await codex[Symbol.asyncDispose]()
    }
  }
}
