import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { configFrom } from '../../src/config/config.ts'
import { openCodex } from '../../src/app/codex.ts'
import type { Engine } from '../../src/turn/engine.ts'
import { processesLeftWith } from './processes.ts'
import { startUpstream } from './upstream/upstream.ts'
import type { Upstream } from './upstream/upstream.ts'

/** The engines as a gateway with these settings has them, with the real codex on a scripted upstream. */
export interface ConfiguredEngine extends AsyncDisposable {
  engine: Engine
  upstream: Upstream
  /** Canonical. */
  workspace: string
  /** The CODEX_HOME of the turns. */
  codexHome: string
}

/** Disposing of it checks that no process is left. */
export async function startConfiguredEngine(
  settings: Record<string, string> = {},
  means?: Means
): Promise<ConfiguredEngine> {
  const upstream = await startUpstream()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'engine-')))
  const workspace = join(folder, 'workspace')
  await mkdir(workspace)
  const env = {
    PATH: '/usr/bin:/bin',
    SHELL: '/bin/bash',
    TZ: 'UTC',
    HOME: folder,
    CODEX_CLI_HOME: join(folder, 'home'),
    CODEX_WORKSPACE: workspace,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-the-provider',
    ...settings
  }
  const config = configFrom(env)
  const codex = await openCodex(config, env, { means })
  return {
    engine: codex.engine,
    upstream,
    workspace,
    codexHome: join(folder, 'home', '.codex'),
    async [Symbol.asyncDispose]() {
      await codex[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      expect(await processesLeftWith(folder)).toEqual([])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
