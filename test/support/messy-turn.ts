import { join } from 'node:path'
import type { Means } from '../../src/codex/process/isolation.ts'
import type { Guard, GuardedProcess } from '../../src/codex/process/guard.ts'
import { startGuard, startTurn } from './guarded-turn.ts'
import { says } from './upstream/answer.ts'
import { writeCodexHome } from './upstream/codex-home.ts'
import type { CodexHome } from './upstream/codex-home.ts'
import { daemons } from './upstream/daemons.ts'
import { runs } from './upstream/tool-calls.ts'
import { startUpstream } from './upstream/upstream.ts'

const stubbornServer = join(import.meta.dirname, 'upstream/stubborn-mcp.mjs')

/**
 * A home whose next turn of the real codex leaves daemons of every kind, with an MCP server that only SIGKILL ends.
 * After that it runs `then`; without it the turn ends well. `canary` is in the command line of all that must not stay.
 */
export async function messyHome(
  means: Means,
  then: string[] = []
): Promise<AsyncDisposable & { canary: string; home: CodexHome }> {
  const clean = means === 'namespace' ? (['clean environment'] as const) : [] // the watchdog cannot see these
  const { command, canary } = daemons('plain', 'nohup', 'setsid', 'double fork', 'stubborn', ...clean)
  const upstream = await startUpstream(runs([command, ...then], says('done')))
  const stubborn = { command: process.execPath, args: [stubbornServer, canary] }
  const home = await writeCodexHome(upstream.url, {
    config: { mcp_servers: { stubborn }, features: { plugins: false, shell_snapshot: false } }
  })
  return {
    canary,
    home,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    }
  }
}

export interface MessyTurn extends AsyncDisposable {
  guard: Guard
  child: GuardedProcess
  canary: string
}

/** Such a turn, under a guard of this kind. */
export async function startMessyTurn(means: Means, sandbox: string, then?: string[]): Promise<MessyTurn> {
  const { canary, home, [Symbol.asyncDispose]: clear } = await messyHome(means, then)
  const guard = await startGuard({ means })
  return {
    guard,
    canary,
    child: startTurn(guard, home, sandbox),
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]()
      await clear()
    }
  }
}
