import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { profileSettings } from '../../src/codex/home/profile.ts'
import type { Patience } from '../../src/codex/app-server/connection.ts'
import { testAppServerEngine, testExecEngine } from '../support/engines.ts'
import { processesWith } from '../support/processes.ts'
import { says } from '../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../support/upstream/codex-home.ts'
import { daemons } from '../support/upstream/daemons.ts'
import type { Way } from '../support/upstream/daemons.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'
import { startWatchedGateway } from './watched-gateway.ts'
import type { FaultOptions, WatchedGateway, UnderTest } from './watched-gateway.ts'
import { canaries } from './invariants.ts'

export interface GatewayOnCodex extends WatchedGateway {
  upstream: Upstream
  /** A link to the binary, which is what the gateway starts. */
  binary: string
  workspace: string
  /** A command that leaves such daemons and then sleeps for ever; nothing of them may be left either. */
  messy: (...ways: Way[]) => string
  /** Those daemons that live. */
  daemons: () => string[]
  /** The codex processes themselves, without what encloses them: pids. */
  codex: () => number[]
}

export interface CodexOptions extends FaultOptions {
  retries?: number
  /** What app-server gets. */
  patience?: Partial<Patience>
}

/** A gateway over the real codex on a scripted upstream. */
export async function startGatewayOnCodex(
  name: 'exec' | 'app-server',
  { retries, patience, ...options }: CodexOptions = {}
): Promise<GatewayOnCodex> {
  const upstream = await startUpstream(says('Fine.'))
  const home = await writeCodexHome(upstream.url, { retries })
  const binary = join(home.home, 'codex')
  await symlink(codexBinary, binary)
  const env = { ...home.env, SCRIPTED_API_KEY: canaries.key }
  const planted: string[] = []
  const alive = () => planted.flatMap((canary) => processesWith(canary))
  const stays = (line: string) => name === 'app-server' && / app-server /.test(line)
  const shared = { binary, env, folder: home.workspace, sandbox: options.sandbox ?? 'read-only' } as const
  const engine: UnderTest['engine'] = (guard) =>
    name === 'exec'
      ? testExecEngine({ ...shared, guard, ladder: options.ladder })
      : testAppServerEngine({
          ...shared,
          guard,
          settings: { approval_policy: 'never' },
          profiles: { agent: profileSettings('agent', { instructions: '' }), bare: {} },
          warmThreads: 16,
          patience
        })
  const gateway = await startWatchedGateway(
    {
      engine,
      keeps: () => upstream.open.sockets + (name === 'app-server' ? 3 : 0), // the pipes to the one that stays; the upstream is in this process too
      left: () => [...processesWith(home.home).filter((line) => !stays(line)), ...alive()],
      secrets: [upstream.url],
      recover: () => upstream.answerAll(says('Fine.')),
      dispose: () => upstream[Symbol.asyncDispose]().then(() => home[Symbol.asyncDispose]())
    },
    options
  )
  return {
    ...gateway,
    upstream,
    binary,
    workspace: home.workspace,
    daemons: alive,
    messy(...ways) {
      const { command, canary } = daemons(...ways)
      planted.push(canary)
      return `${command}\nsleep 1000 # ${canary}`
    },
    codex: () =>
      processesWith(home.home)
        .filter((line) => /^\d+ \S*\/codex (exec|app-server) /.test(line))
        .map((line) => parseInt(line))
  }
}
