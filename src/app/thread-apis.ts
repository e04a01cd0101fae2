import { agentsApi } from '../api/agents/api.ts'
import { filesApi } from '../api/files/api.ts'
import type { AutomationsDependencies } from '../api/agents/dependencies.ts'
import type { MayAct } from '../api/agents/deliver-automation.ts'
import { installationApi } from '../api/installation/api.ts'
import type { SessionsDependencies } from '../api/sessions/dependencies.ts'
import { sessionsApi } from '../api/sessions/api.ts'
import { skillsApi } from '../api/skills/api.ts'
import { threadsApi } from '../api/threads/api.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { Config } from '../config/config.ts'
import type { Api } from '../http/api.ts'
import type { Store } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import { automationServices } from './automations.ts'
import { threadServices } from './threads.ts'
import type { ThreadParts } from './threads.ts'

type All = AutomationsDependencies & SessionsDependencies
type Services = ReturnType<typeof threadServices> & ReturnType<typeof automationServices>

export interface ThreadApiOptions {
  config: Config
  store: Store
  work: Work
  webhooks: Webhooks
  login?: { authenticator: Pick<Authenticator, 'mayAct'> } | undefined
}

/** The APIs that there are only where codex runs here. */
export function threadApis(options: ThreadApiOptions, threads: ThreadParts, shared: Omit<All, keyof Services>): Api[] {
  const { store, config, login } = options
  const mayAct: MayAct = (principal) => login?.authenticator.mayAct(principal) !== false
  const basis = { ...shared, ...threadServices(threads, options) }
  const dependencies = {
    ...basis,
    ...automationServices(basis, { store, config, mayAct })
  }
  return [
    agentsApi(dependencies),
    ...(dependencies.hosting ? [filesApi({ readBody: dependencies.readBody, ...dependencies.hosting })] : []),
    threadsApi(dependencies),
    sessionsApi(dependencies),
    skillsApi(dependencies),
    installationApi(dependencies)
  ]
}
