import { join, resolve } from 'node:path'
import { locateCodex } from '../codex/binary/locate.ts'
import { watch } from '../codex/process/guard.ts'
import type { Guard, WatchOptions } from '../codex/process/guard.ts'
import type { Config } from '../config/config.ts'
import type { Warn } from '../store/store.ts'
import type { WorkspaceDefinition } from '../workspaces/definition.ts'
import { createWorkspaceRegistry } from '../workspaces/registry.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where turns can run, and what keeps their processes together. */
export interface OpenWorkspaces extends AsyncDisposable {
  readonly workspaces: WorkspaceRegistry
  readonly guard: Guard
}

export interface OpenOptions extends Pick<WatchOptions, 'means'> {
  /** The workspaces; left out: the one of the settings. */
  definitions?: readonly [WorkspaceDefinition, ...WorkspaceDefinition[]] | undefined
  /** Takes a line for the log. */
  warn?: Warn | undefined
}

/** What the persistent threads of one workspace may take. */
const threadBounds = { count: 10_000, bytes: 1_073_741_824 }

/** Finds the CLI and prepares its homes. Throws a `GatewayError` that says what to do where that cannot be. */
export async function openWorkspaces(
  config: Config,
  env: Environment,
  { means, warn, definitions = [defaultWorkspace(config, env)] }: OpenOptions = {}
): Promise<OpenWorkspaces> {
  const binary = await locateCodex(config.CODEX_BIN, env['PATH'])
  const guard = await watch({ binary: binary.path, searchPath: env['PATH'], means })
  try {
    const workspaces = await createWorkspaceRegistry({
      binary,
      definitions,
      guard,
      warn,
      outer: env,
      secretFiles: [resolve('.env'), config.CODEX_GATEWAY_TOKEN_FILE?.path].filter((path) => path !== undefined),
      lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT,
      threads: { ...threadBounds, ttlMs: config.CODEX_THREAD_TTL_HOURS * 3_600_000 }
    })
    return { workspaces, guard, [Symbol.asyncDispose]: () => disposeBoth(workspaces, guard) }
  } catch (error) {
    await guard[Symbol.asyncDispose]()
    throw error
  }
}

/** App-servers end before what clears up after them. */
async function disposeBoth(workspaces: AsyncDisposable, guard: AsyncDisposable): Promise<void> {
  try {
    await workspaces[Symbol.asyncDispose]()
  } finally {
    await guard[Symbol.asyncDispose]()
  }
}

/** The workspace that the settings describe. Its codex has the login of the user who runs the gateway. */
export function defaultWorkspace(config: Config, env: Environment): WorkspaceDefinition {
  return {
    id: 'default',
    folder: config.CODEX_WORKSPACE,
    home: config.CODEX_CLI_HOME,
    loginFrom: env['CODEX_HOME'] ?? join(env['HOME'] ?? config.CODEX_CLI_HOME, '.codex'),
    apiKey: config.CODEX_API_KEY,
    baseUrl: config.CODEX_API_BASE_URL,
    approvalPolicy: config.CODEX_APPROVAL_POLICY,
    search: config.CODEX_ENABLE_SEARCH,
    model: config.CODEX_MODEL,
    effort: config.CODEX_MODEL_REASONING_EFFORT,
    profile: config.CODEX_PROFILE,
    sandbox: config.CODEX_SANDBOX,
    addDirs: config.CODEX_ADD_DIRS,
    skipGitRepoCheck: config.CODEX_SKIP_GIT_REPO_CHECK
  }
}
