import type { StoredAgent } from '../../agents/agent.ts'
import type { AgentSessions } from '../../agents/agent-sessions.ts'
import type { AutomationStore } from '../../agents/automations/store.ts'
import type { Creations } from '../../agents/creations.ts'
import type { Drive } from '../../agents/drive.ts'
import type { Hosting } from '../../agents/hosting.ts'
import type { Inputs } from '../../agents/inputs.ts'
import type { Resources } from '../../agents/resources.ts'
import type { CostOf } from '../../agents/spending.ts'
import type { RecordStore } from '../../sessions/record-store.ts'
import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { FetchImages } from '../remote-images.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import type { StoredTemplate } from './environments/template.ts'

/** What the Agents API is made of. */
export interface AgentsDependencies extends ThreadsDependencies {
  agents: Resources<StoredAgent>
  agentSessions: AgentSessions
  agentRecords: RecordStore
  creations: Creations
  drive: Drive
  inputs: Inputs
  directory: WorkspaceDirectory
  fetchImages: FetchImages
  search: boolean
  /** The environments of sessions; there are none when left out. */
  hosting: Hosting | undefined
  /** Hosts that their commands may reach at most; `*` is any. */
  environmentHosts: readonly string[]
  environmentTemplates: Resources<StoredTemplate>
  /** Why a server of tools may not be called; undefined where it may. */
  refusedServer: (url: string) => string | undefined
  /** What answers of the model cost. */
  costOf: CostOf
}

/** The same with automations. */
export interface AutomationsDependencies extends AgentsDependencies {
  automations: AutomationStore
  /** Looks for what is to be done, soon. */
  runAutomations: () => void
}
