import type { Environment } from '../../../environments/environment.ts'
import type { Hosting } from '../../../agents/hosting.ts'
import { newId } from '../../../agents/ids.ts'
import { invalid } from '../../../openai/invalid.ts'
import { unsupported } from '../check-agent.ts'
import type { AgentsDependencies } from '../dependencies.ts'
import { planFrom } from './config.ts'
import type { EnvironmentPlan } from './config.ts'
import { uploadsOf } from './files.ts'
import type { EnvironmentParam, HostedWish } from './schema.ts'

type Needs = Pick<AgentsDependencies, 'hosting' | 'environmentHosts' | 'environmentTemplates'>

/** The environments of this gateway. Throws where the operator has none. */
export function hostingIn({ hosting }: Pick<Needs, 'hosting'>): Hosting {
  if (hosting) return hosting
  throw unsupported('The operator offers no environments (CODEX_ENVIRONMENTS_DIR): use `none`.', 'environment.type')
}

/** What a request asks for, with what its template says. */
export async function planOf(owner: string, wish: HostedWish, needs: Needs): Promise<EnvironmentPlan> {
  const find = uploadsOf(owner, hostingIn(needs))
  const { environment_template_id: id } = wish
  const template = id ? await needs.environmentTemplates.find(owner, id) : undefined
  return planFrom(wish, 'environment', { hosts: needs.environmentHosts, template, find })
}

/** Throws where the environment that a session is to have cannot be had. */
export async function checkEnvironment(owner: string, param: EnvironmentParam, needs: Needs): Promise<void> {
  if (param.type === 'none') return
  if (param.type === 'self_hosted')
    throw unsupported('Executors of one’s own are for the Codex TUI so far: use `openai_hosted`.', 'environment.type')
  const { environment_id: id } = param
  if (!id) return void (await planOf(owner, param, needs))
  hostingIn(needs).environments.find(owner, id)
  const isGiven = (value: unknown) => value !== null && value !== undefined
  const more = Object.entries(param).find(
    ([name, value]) => !['type', 'environment_id'].includes(name) && isGiven(value)
  )
  if (more) throw invalid('An environment that is there already takes no settings.', `environment.${more[0]}`)
}

/** A session's environment, which is given back where the session does not come about. */
export interface Prepared {
  environment: Environment
  undo: () => Promise<void>
}

/** Makes the environment of a session, or takes the one that there is. Undefined for `none`. */
export async function prepareEnvironment(
  scope: { owner: string; workspace: string },
  param: EnvironmentParam,
  session: string,
  needs: Needs
): Promise<Prepared | undefined> {
  if (param.type !== 'openai_hosted') return undefined
  const { environments } = hostingIn(needs)
  const { environment_id: id } = param
  if (id) {
    const environment = environments.attach(scope, id, session)
    return { environment, undo: async () => environments.detach(environment) }
  }
  const { owner, workspace } = scope
  const { config, files } = await planOf(owner, param, needs)
  const environment = await environments.create({ id: newId('env'), owner, workspace, session, config }, files)
  return { environment, undo: () => environments.remove(environment) }
}
