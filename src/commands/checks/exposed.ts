import { existsSync } from 'node:fs'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { canonical, contains } from '../../codex/files/paths.ts'
import { ConfigError } from '../../config/config.ts'
import { defaultId } from '../../config/workspaces-file.ts'
import { packageFolder } from '../../config/package-folder.ts'
import type { Config } from '../../config/config.ts'
import { sandboxesIn } from '../../workspaces/workspace.ts'
import type { Workspace, WorkspaceDefaults } from '../../workspaces/workspace.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** The gateway's own folder, and what of it is run; a workspace may lie beside that. */
const gateway = packageFolder
const programs = ['dist', 'src', 'node_modules'].map((name) => join(gateway, name))

export interface ExposedOptions {
  config: Config
  workspace: WorkspaceDefaults & Pick<Workspace, 'id' | 'folder' | 'home'>
  binary: { path: string }
  /** The PATH of the gateway, on which codex and the gateway look for programs. */
  searchPath: string | undefined
}

/**
 * What commands could replace under `workspace-write`, to run outside of the sandbox or to choose settings: a line for each.
 * None with `danger-full-access`, which is the operator's choice to allow all of it.
 */
export function exposed({ config, workspace, binary, searchPath = '' }: ExposedOptions): string[] {
  if (!sandboxesIn(workspace, config.CODEX_MODEL_ALIASES.values()).includes('workspace-write')) return []
  const writable = [workspace.folder, ...workspace.addDirs].map((path) => canonical(path))
  const named: [what: string, path: string | undefined][] = [
    ...[...new Set([workspace.home, config.CODEX_CLI_HOME])].map((home): [string, string] => [
      'the gateway’s home',
      home
    ]),
    ['the managed workspaces', config.CODEX_WORKSPACES_DIR],
    ['the file of workspaces', config.CODEX_WORKSPACES_FILE?.path],
    ['the gateway itself', gateway],
    ['the codex binary', binary.path],
    ['Node.js', process.execPath],
    ['the settings', existsSync('.env') ? '.env' : undefined],
    ['the token file', config.CODEX_GATEWAY_TOKEN_FILE?.path],
    ['the secrets of JWTs', config.CODEX_JWT_SECRET_FILE?.path],
    ['the revoked tokens', config.CODEX_REVOKED_FILE?.path],
    ['the secret of the verifier', config.CODEX_TOKEN_VERIFIER_SECRET_FILE],
    ...searchPath.split(delimiter).map((folder): [string, string] => ['a folder of PATH', folder || '.'])
  ]
  const inside = writable.filter((root) => programs.some((program) => contains(canonical(program), root)))
  const holding = named.flatMap(([what, path]) => {
    const folder =
      path === undefined ? undefined : writable.find((root) => waysTo(path).some((way) => contains(root, way)))
    return folder === undefined ? [] : [`${folder} is writable for commands and holds ${what}: ${path}`]
  })
  return [
    ...holding,
    ...inside.map((folder) => `${folder} is writable for commands and is a part of the gateway itself`)
  ]
}

export function exposedFinding(options: ExposedOptions): Finding {
  const lines = exposed(options)
  if (lines.length === 0) return pass('commands can replace no program and no settings of the gateway')
  return fail(
    lines.join('; '),
    `Set ${folderSettings(options.workspace).replace(' or ', ' and ')} to folders of their own.`
  )
}

/** Throws a `ConfigError` that names everything that is exposed by any of the workspaces. */
export function checkExposed(
  workspaces: readonly ExposedOptions['workspace'][],
  options: Omit<ExposedOptions, 'workspace'>
): void {
  const problems = workspaces.flatMap((workspace) =>
    exposed({ ...options, workspace }).map((line) => `${folderSettings(workspace)} is too wide: ${line}`)
  )
  if (problems.length > 0) throw new ConfigError(problems)
}

function folderSettings({ id }: Pick<Workspace, 'id'>): string {
  return id === defaultId ? 'CODEX_WORKSPACE or CODEX_ADD_DIRS' : `folder or add_dirs of the workspace "${id}"`
}

/** Where a path leads, and where its last link lies: a command could replace either. */
function waysTo(path: string): string[] {
  const full = resolve(path)
  return [full, join(canonical(dirname(full)), basename(full)), canonical(full)]
}
