import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { AgentSessions } from '../../agents/agent-sessions.ts'
import type { Catalog } from '../../models/catalog.ts'
import type { ModelSettings } from '../../models/settings.ts'
import type { SessionPlaces } from '../../sessions/places.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'

export interface SessionsDependencies extends ThreadsDependencies {
  sessions: Sessions
  agentSessions: Pick<AgentSessions, 'maybe' | 'removeEnvironment'>
  places: SessionPlaces
  directory: WorkspaceDirectory
  settings: ModelSettings
  catalog: Catalog
}
