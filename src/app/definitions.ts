import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { defaultId } from '../config/workspaces-file.ts'
import type { WorkspaceEntry } from '../config/workspaces-file.ts'
import { narrowerSandbox } from '../turn/sandbox.ts'
import type { RemoteDefinition } from '../workspaces/remote-definition.ts'
import type { Definitions, WorkspaceDefinition } from '../workspaces/definition.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The workspaces of the file, or else the one of the settings. */
export function definitionsFrom(config: Config, env: Environment): Definitions {
  const [first, ...others] = config.CODEX_WORKSPACES_FILE?.workspaces ?? []
  if (first === undefined) return [defaultWorkspace(config, env)]
  return [definitionFrom(first, config, env), ...others.map((entry) => definitionFrom(entry, config, env))]
}

/** The workspace that the settings describe. Its codex has the login of the user who runs the gateway. */
export function defaultWorkspace(config: Config, env: Environment): WorkspaceDefinition {
  return {
    ...commonTo(config),
    id: defaultId,
    folder: config.CODEX_WORKSPACE,
    home: config.CODEX_CLI_HOME,
    addDirs: config.CODEX_ADD_DIRS,
    loginFrom: [usersHome(config, env)]
  }
}

/** What workspaces other than `default` have in common: its login, but no more folders to write than their own. */
export function managedDefaults(config: Config, env: Environment): Omit<WorkspaceDefinition, 'id' | 'folder' | 'home'> {
  return {
    ...commonTo(config),
    addDirs: [],
    loginFrom: [join(config.CODEX_CLI_HOME, '.codex'), usersHome(config, env)]
  }
}

/** The homes of workspaces from the file, but for `default`. */
export function homesFolder({ CODEX_CLI_HOME: home }: Config): string {
  return join(home, 'workspaces')
}

function definitionFrom(entry: WorkspaceEntry, config: Config, env: Environment): WorkspaceDefinition {
  const base = entry.id === defaultId ? defaultWorkspace(config, env) : ownFrom(entry, config, env)
  const { models } = entry
  const usual = models === undefined || (base.model !== undefined && models.includes(base.model))
  return {
    ...base,
    folder: entry.folder ?? base.folder,
    addDirs: entry.add_dirs ?? base.addDirs,
    model: entry.model ?? (usual ? base.model : models[0]),
    effort: entry.effort ?? base.effort,
    profile: entry.profile ?? base.profile,
    sandbox: entry.sandbox ?? base.sandbox,
    widestSandbox: entry.sandbox,
    models,
    principals: entry.principals,
    maxConcurrency: entry.max_concurrency,
    modelTokenUrl: entry.model_token_url ?? base.modelTokenUrl,
    ...(entry.approvals && { asks: entry.approvals === 'ask' }),
    ...(base.remote && { remote: remoteFrom(base.remote, entry) })
  }
}

function remoteFrom(remote: RemoteDefinition, { sandbox, runs }: WorkspaceEntry): RemoteDefinition {
  return {
    ...remote,
    ...(sandbox && { sandbox: narrowerSandbox(remote.sandbox, sandbox) }),
    ...(runs && { runs })
  }
}

/** One with a home of its own. */
function ownFrom({ id, folder }: WorkspaceEntry, config: Config, env: Environment): WorkspaceDefinition {
  const place = { folder: folder ?? config.CODEX_WORKSPACE, home: join(homesFolder(config), id) }
  return { ...managedDefaults(config, env), id, ...place }
}

function commonTo(config: Config): Omit<WorkspaceDefinition, 'id' | 'folder' | 'home' | 'addDirs'> {
  return {
    apiKey: config.CODEX_API_KEY,
    baseUrl: config.CODEX_API_BASE_URL,
    modelTokenUrl: config.CODEX_MODEL_TOKEN_URL,
    approvalPolicy: config.CODEX_APPROVAL_POLICY,
    asks: config.CODEX_APPROVALS === 'ask',
    search: config.CODEX_ENABLE_SEARCH,
    model: config.CODEX_MODEL,
    effort: config.CODEX_MODEL_REASONING_EFFORT,
    profile: config.CODEX_PROFILE,
    sandbox: config.CODEX_SANDBOX,
    skipGitRepoCheck: config.CODEX_SKIP_GIT_REPO_CHECK,
    ...(config.CODEX_REMOTE && {
      remote: {
        sandbox: config.CODEX_REMOTE_SANDBOX,
        approvals: config.CODEX_REMOTE_APPROVALS,
        runs: config.CODEX_WORKSPACE_RUNS,
        clients: config.CODEX_WORKSPACE_CLIENTS
      }
    })
  }
}

/** The CODEX_HOME of the user who runs the gateway. */
function usersHome(config: Config, env: Environment): string {
  return env['CODEX_HOME'] ?? join(env['HOME'] ?? config.CODEX_CLI_HOME, '.codex')
}
