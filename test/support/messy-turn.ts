import { join } from 'node:path'
import type { Means } from '../../src/codex/enclosure.ts'
import type { Guard, GuardedProcess } from '../../src/codex/guard.ts'
import { guardFor, startTurn } from './guarded-turn.ts'
import { says } from './upstream/answer.ts'
import { writeCodexHome } from './upstream/codex-home.ts'
import { daemons } from './upstream/daemons.ts'
import { runs } from './upstream/tool-calls.ts'
import { startUpstream } from './upstream/upstream.ts'

export interface MessyTurn extends AsyncDisposable {
  guard: Guard
  child: GuardedProcess
  /** What every process of the turn that must not stay has in its command line. */
  canary: string
}

const stubbornServer = join(import.meta.dirname, 'upstream/stubborn-mcp.mjs')

/**
 * A turn of the real codex whose command leaves daemons of every kind, and with an MCP server that only SIGKILL ends.
 * After that it runs `then`; without it the turn ends well.
 */
export async function startMessyTurn(means: Means, sandbox: string, then: string[] = []): Promise<MessyTurn> {
  const clean = means === 'namespace' ? ['clean environment'] as const : [] // the watchdog cannot see these
  const { command, canary } = daemons('plain', 'nohup', 'setsid', 'double fork', 'stubborn', ...clean)
  const upstream = await startUpstream(runs([command, ...then], says('done')))
  const stubborn = { command: process.execPath, args: [stubbornServer, canary] }
  const home = await writeCodexHome(upstream.url, { config: { mcp_servers: { stubborn }, features: { plugins: false, shell_snapshot: false } } })
  const guard = await guardFor({ means })
  return {
    guard,
    canary,
    child: startTurn(guard, home, sandbox),
    async [Symbol.asyncDispose]() {
      for (const resource of [guard, home, upstream]) await resource[Symbol.asyncDispose]()
    }
  }
}
