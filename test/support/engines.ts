import type { Patience } from '../../src/codex/app-server/connection.ts'
import type { Bounds } from '../../src/codex/home/permissions.ts'
import type { Guard, Rung } from '../../src/codex/process/guard.ts'
import { persistentThreadsIn } from '../../src/codex/threads/persistent-threads.ts'
import { createAppServerEngine } from '../../src/engines/app-server/engine.ts'
import type { AppServerEngineOptions } from '../../src/engines/app-server/engine.ts'
import { createExecEngine } from '../../src/engines/exec/engine.ts'
import type { Engine } from '../../src/turn/engine.ts'
import { superviseAppServer } from '../../src/workspaces/app-server.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'

/** A workspace as an engine sees it, over a codex home that a test has written: threads of both kinds are in that one home. */
export interface TestWorkspaceOptions extends Partial<Omit<Workspace, 'homes' | 'threads' | 'login'>> {
  binary: string
  env: Record<string, string>
  folder: string
  guard: Pick<Guard, 'start' | 'folder'>
  bounds?: Bounds | undefined
  lineLimit?: number
  patience?: Partial<Patience> | undefined
}

export interface AppServerTestOptions extends TestWorkspaceOptions {
  warmThreads?: number
  waitingTurns?: AppServerEngineOptions['waitingTurns']
}

export interface ExecTestOptions extends TestWorkspaceOptions {
  ladder?: readonly Rung[] | undefined
}

export function testWorkspace(options: TestWorkspaceOptions): Workspace {
  const { binary, env, folder, guard, bounds = noBounds, lineLimit = 8_388_608, patience, ...more } = options
  const path = env['CODEX_HOME'] ?? ''
  const appServer = superviseAppServer({ binary, env, cwd: folder, guard, lineLimit, patience })
  const home = {
    path,
    env,
    view: () => ({ hidden: [] }),
    open: () => [],
    bounds,
    appServer,
    enter: async () => ({ [Symbol.dispose]() {} })
  }
  return {
    id: 'test',
    folder,
    untrusted: [],
    home: env['HOME'] ?? '',
    created: [],
    userConfig: { sandboxMode: false, mcpServers: [] },
    homes: { ephemeral: home, persistent: home },
    settings: {},
    profiles: { agent: {}, bare: {} },
    layers: { agent: [], bare: [] },
    profile: 'agent',
    sandbox: 'read-only',
    addDirs: [],
    skipGitRepoCheck: true,
    secrets: { logins: [], files: [], folders: [] },
    threads: persistentThreadsIn(path, binary, env),
    login: async () => 'endpoint',
    ...more,
    [Symbol.asyncDispose]: () => appServer.close()
  }
}

/** Disposing of the engine ends its app-server. */
export function testAppServerEngine({
  warmThreads = 0,
  waitingTurns = { count: 0 },
  ...options
}: AppServerTestOptions): Engine {
  const workspace = testWorkspace(options)
  const engine = createAppServerEngine({ workspaces: { get: async () => workspace }, warmThreads, waitingTurns })
  return { ...engine, [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose]() }
}

export function testExecEngine({ ladder, ...options }: ExecTestOptions): Engine {
  const workspace = testWorkspace(options)
  const { binary, guard, lineLimit = 8_388_608 } = options
  return createExecEngine({ binary, guard, lineLimit, ladder, workspaces: { get: async () => workspace } })
}

const noBounds: Bounds = Object.assign(() => undefined, { within: () => ({}) })
