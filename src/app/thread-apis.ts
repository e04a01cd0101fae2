import { agentsApi } from '../api/agents/api.ts'
import { filesApi } from '../api/files/api.ts'
import type { AutomationsDependencies } from '../api/agents/dependencies.ts'
import type { MayAct } from '../api/agents/deliver-automation.ts'
import { installationApi } from '../api/installation/api.ts'
import type { SessionsDependencies } from '../api/sessions/dependencies.ts'
import { sessionsApi } from '../api/sessions/api.ts'
import { skillsApi } from '../api/skills/api.ts'
import type { TasksDependencies } from '../api/tasks/dependencies.ts'
import { tasksApi } from '../api/tasks/api.ts'
import { threadsApi } from '../api/threads/api.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { Api } from '../http/api.ts'
import { automationServices } from './automations.ts'
import { taskServices } from './tasks.ts'
import type { TaskParts } from './tasks.ts'
import { threadServices } from './threads.ts'
import type { ThreadParts } from './threads.ts'

type All = AutomationsDependencies & SessionsDependencies & TasksDependencies
type Services = ReturnType<typeof threadServices> &
  ReturnType<typeof taskServices> &
  ReturnType<typeof automationServices>

export interface ThreadApiOptions extends Omit<TaskParts, 'workspaces'> {
  login?: { authenticator: Pick<Authenticator, 'mayAct'> } | undefined
}

/** The APIs that there are only where codex runs here. */
export function threadApis(options: ThreadApiOptions, threads: ThreadParts, shared: Omit<All, keyof Services>): Api[] {
  const { store, config, login } = options
  const mayAct: MayAct = (principal) => login?.authenticator.mayAct(principal) !== false
  const basis = { ...shared, ...threadServices(threads, options) }
  const dependencies = {
    ...basis,
    ...taskServices({ ...options, workspaces: threads.workspaces }),
    ...automationServices(basis, { store, config, mayAct })
  }
  return [
    agentsApi(dependencies),
    ...(dependencies.hosting ? [filesApi({ readBody: dependencies.readBody, ...dependencies.hosting })] : []),
    tasksApi(dependencies),
    threadsApi(dependencies),
    sessionsApi(dependencies),
    skillsApi(dependencies),
    installationApi(dependencies)
  ]
}
