import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExecEngine } from '../../../src/engines/exec/engine.ts'
import type { ExecEngineOptions, TurnGuard } from '../../../src/engines/exec/engine.ts'
import { scriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../../support/scripted-codex/step.ts'
import { says } from '../../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'

/** A guard that only knows the process itself. */
export const plainGuard: TurnGuard = {
  mark: () => ({}),
  adopt: () => {},
  stop: async (_turnId, child) => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      try {
        process.kill(child.pid, signal)
      } catch {
        return // it has ended
      }
      const late = new Promise((resolve) => setTimeout(resolve, 500))
      await Promise.race([child.exited, late])
    }
  },
  sweep: async () => 0,
  folder: async () => {
    const path = await mkdtemp(join(tmpdir(), 'turn-'))
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
  }
}

const options = (more: Partial<ExecEngineOptions> & Pick<ExecEngineOptions, 'binary' | 'env' | 'workspace'>): ExecEngineOptions => ({
  settings: { layers: { agent: [], bare: [] } }, profile: 'agent', guard: plainGuard, sandbox: 'read-only', addDirs: [], skipGitRepoCheck: true, lineLimit: 8_388_608, ...more
})

/** The engine with the real codex on a scripted upstream. */
export async function startExecRig() {
  const upstream = await startUpstream(says('Hello', ' from', ' upstream.'))
  const { env, home, workspace, [Symbol.asyncDispose]: remove } = await writeCodexHome(upstream.url)
  const engine = createExecEngine(options({ binary: codexBinary, env, workspace }))
  return {
    engine,
    upstream,
    mark: home,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await remove()
    }
  }
}

/** The engine with a codex that plays a scenario. */
export async function startScriptedRig(exec: Step[], more: Partial<ExecEngineOptions> = {}) {
  const codex = await scriptedCodex({ exec })
  const env = { PATH: process.env['PATH'] ?? '' }
  return { codex, engine: createExecEngine(options({ binary: codex.path, env, workspace: tmpdir(), ...more })), [Symbol.asyncDispose]: () => codex[Symbol.asyncDispose]() }
}
