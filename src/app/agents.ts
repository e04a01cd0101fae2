import { storedAgent } from '../agents/agent.ts'
import type { StoredAgent } from '../agents/agent.ts'
import { Resources } from '../agents/resources.ts'
import type { Store } from '../store/store.ts'

/** What all owners may have together of each kind, and one owner. */
const bounds = { count: 10_000, perOwner: 2_000, bytes: 268_435_456 }

export interface AgentServices {
  agents: Resources<StoredAgent>
}

/** What the Agents API stores beside sessions. */
export function agentServices(store: Store): AgentServices {
  return { agents: new Resources(store, { name: 'agent', version: 1, schema: storedAgent }, bounds) }
}
