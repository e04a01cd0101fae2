import { credentialsOf } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether tokens and the file of workspaces name each other rightly. Undefined where there is only the workspace of the settings. */
export function workspacesFinding(config: Config): Finding | undefined {
  const { CODEX_WORKSPACES_FILE: file, CODEX_WORKSPACES_DIR: folder } = config
  const credentials = credentialsOf(config)
  const named = new Set(credentials.flatMap(({ workspaces = [] }) => workspaces))
  if (!file && !folder && named.size === 0) return undefined
  const defined = new Set(file ? file.workspaces.map(({ id }) => id) : ['default'])
  const principals = new Set(credentials.flatMap(({ name }) => name ?? []))
  const problems = [
    ...[...named].filter((id) => !folder && !defined.has(id)).map((id) => `a token names ${id}, which is not defined`),
    ...(file?.workspaces ?? []).flatMap(({ id, principals: its = [] }) =>
      its.filter((name) => !principals.has(name)).map((name) => `${id} is for ${name}, whom no token belongs to`)
    )
  ]
  if (problems.length > 0)
    return warn(`workspaces: ${problems.join('; ')}`, 'Correct the token file or the file of workspaces.')
  return pass(`workspaces: ${[...defined].join(', ')}${folder ? `; others are made in ${folder}` : ''}`)
}
