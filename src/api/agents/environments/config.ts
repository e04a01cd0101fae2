import type { EnvironmentConfig } from '../../../environments/environment.ts'
import type { NewFile } from '../../../environments/environments.ts'
import { folderPathFrom } from '../../../environments/paths.ts'
import { unsupported } from '../check-agent.ts'
import { filesFrom } from './files.ts'
import type { FindUpload } from './files.ts'
import { networkFrom } from './network.ts'
import type { EnvironmentFields, HostedWish } from './schema.ts'
import type { StoredTemplate } from './template.ts'

/** What an environment is made with, and its first files. */
export interface EnvironmentPlan {
  config: EnvironmentConfig
  files: NewFile[]
}

/** The environment that a request asks for. Throws for what cannot be had here; `param` is where it is in the request. */
export function planFrom(
  wish: Omit<HostedWish, 'type' | 'environment_template_id'>,
  param: string,
  { hosts, template, find }: { hosts: readonly string[]; template?: StoredTemplate | undefined; find: FindUpload }
): EnvironmentPlan {
  checkOfferedEnvironment(wish, param)
  const own = filesFrom(wish.files ?? [], `${param}.files`, find)
  const inherited = wish.files ? [] : filesFrom(template?.files ?? [], `${param}.environment_template_id`, find)
  const files = [...inherited, ...own]
  return {
    files,
    config: {
      network: networkFrom(wish.network, `${param}.network`, hosts, template?.network),
      env: wish.env ?? template?.env ?? {},
      setup_commands: setupFrom(wish, param) ?? template?.setup_commands ?? [],
      files: files.map(({ shown }) => shown),
      container_size: wish.container_size ?? null
    }
  }
}

/** The commands that a request sets an environment up with; undefined where it has none. */
export const setupFrom = ({ setup_commands: sent }: Pick<EnvironmentFields, 'setup_commands'>, param: string) =>
  sent?.map(({ command, cwd }, index) => {
    const at = [param, `setup_commands[${index}]`, 'cwd'].filter((part) => part !== '').join('.')
    return { command, cwd: cwd ? folderPathFrom(cwd, at) : [] }
  })

/** Throws for what the API knows and a folder of this machine has not. */
export function checkOfferedEnvironment(wish: EnvironmentFields, param: string): void {
  const { capability_directories, desktop, packages, plugins, skills } = wish
  const at = (name: string) => (param === '' ? name : `${param}.${name}`)
  const lists = { capability_directories, plugins, skills }
  for (const [name, list] of Object.entries(lists))
    if (list && list.length > 0) throw unsupported('The operator decides what is there: leave it out.', at(name))
  if (desktop?.enabled) throw unsupported('Codex has no desktop.', at('desktop.enabled'))
  for (const [name, list] of Object.entries(packages ?? {}))
    if (list && list.length > 0) throw unsupported('Install them by `setup_commands`.', at(`packages.${name}`))
}
