import { existsSync } from 'node:fs'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { canonical, contains } from '../../codex/files/paths.ts'
import { ConfigError } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** The gateway's own folder, and what of it is run; a workspace may lie beside that. */
const gateway = join(import.meta.dirname, '..', '..', '..')
const programs = [join(import.meta.dirname, '..', '..'), join(gateway, 'node_modules')]

export interface ExposedOptions {
  config: Config
  workspace: Pick<Workspace, 'folder' | 'home'>
  binary: { path: string }
  /** The PATH of the gateway, on which codex and the gateway look for programs. */
  searchPath: string | undefined
}

/**
 * What commands could replace under `workspace-write`, to run outside of the sandbox or to choose settings: a line for each.
 * None with `danger-full-access`, which is the operator's choice to allow all of it.
 */
export function exposed({ config, workspace, binary, searchPath = '' }: ExposedOptions): string[] {
  const aliases = [...config.CODEX_MODEL_ALIASES.values()]
  if (![config.CODEX_SANDBOX, ...aliases.map(({ sandbox }) => sandbox)].includes('workspace-write')) return []
  const writable = [workspace.folder, ...config.CODEX_ADD_DIRS].map((path) => canonical(path))
  const named: [what: string, path: string | undefined][] = [
    ['the gateway’s home', workspace.home],
    ['the gateway itself', gateway],
    ['the codex binary', binary.path],
    ['Node.js', process.execPath],
    ['the settings', existsSync('.env') ? '.env' : undefined],
    ['the token file', config.CODEX_GATEWAY_TOKEN_FILE?.path],
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
  return fail(lines.join('; '), 'Set CODEX_WORKSPACE and CODEX_ADD_DIRS to folders of their own.')
}

/** Throws a `ConfigError` that names everything exposed. */
export function checkExposed(options: ExposedOptions): void {
  const lines = exposed(options)
  if (lines.length > 0)
    throw new ConfigError(lines.map((line) => `CODEX_WORKSPACE or CODEX_ADD_DIRS is too wide: ${line}`))
}

/** Where a path leads, and where its last link lies: a command could replace either. */
function waysTo(path: string): string[] {
  const full = resolve(path)
  return [full, join(canonical(dirname(full)), basename(full)), canonical(full)]
}
