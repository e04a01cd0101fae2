import { storedTemplate } from '../api/agents/environments/template.ts'
import type { StoredTemplate } from '../api/agents/environments/template.ts'
import type { Hosting } from '../agents/hosting.ts'
import type { CostOf } from '../agents/spending.ts'
import { storedAgent } from '../agents/agent.ts'
import type { StoredAgent } from '../agents/agent.ts'
import { AgentSessions } from '../agents/agent-sessions.ts'
import type { AgentSessionsOptions } from '../agents/agent-sessions.ts'
import { Creations, creationsSchema } from '../agents/creations.ts'
import { Drive } from '../agents/drive.ts'
import type { DriveOptions } from '../agents/drive.ts'
import { Inputs } from '../agents/inputs.ts'
import { Resources } from '../agents/resources.ts'
import { destinationsFrom } from '../http/outgoing/destinations.ts'
import type { AgentItem } from '../agents/item-place.ts'
import { cancelOverdue } from '../agents/overdue.ts'
import { AgentStore } from '../sessions/agent-store.ts'
import { sessionsSchema } from '../sessions/schema.ts'
import type { RecordStore } from '../sessions/record-store.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import type { Work } from '../work/work.ts'

/** What all owners may have together of each kind, and one owner. */
const bounds = { count: 10_000, perOwner: 5_000, bytes: 268_435_456 }
/** Items of a turn that go on in another codex. */
const maxItems = 10_000

export interface AgentServices {
  agents: Resources<StoredAgent>
  agentRecords: RecordStore
  creations: Creations
  drive: Drive
  inputs: Inputs
  refusedServer: (url: string) => string | undefined
  hosting: Hosting | undefined
  environmentHosts: readonly string[]
  environmentTemplates: Resources<StoredTemplate>
  costOf: CostOf
}

export type AgentParts = Omit<DriveOptions, 'itemsOf'> &
  Pick<AgentSessionsOptions, 'records'> & {
    store: Store
    mcpHosts: readonly string[]
    environmentHosts: readonly string[]
    hosting: Hosting | undefined
    costOf: CostOf
  }

/** What the Agents API runs on, beside its sessions. */
export function agentServices({
  store,
  records,
  mcpHosts,
  hosting,
  environmentHosts,
  costOf,
  ...parts
}: AgentParts): AgentServices {
  const itemsOf = (session: string, turn?: string) =>
    records
      .list(session, { kind: 'item', scope: '', turn, order: 'asc', limit: maxItems })
      .map(({ body }) => JSON.parse(body) as AgentItem)
  const drive = new Drive({ ...parts, itemsOf })
  return {
    agents: new Resources(store, { name: 'agent', version: 1, schema: storedAgent }, bounds),
    agentRecords: records,
    creations: new Creations(new Tables(store, creationsSchema), parts.work),
    drive,
    inputs: new Inputs(drive),
    refusedServer: destinationsFrom(mcpHosts).refusal,
    hosting,
    environmentHosts,
    costOf,
    environmentTemplates: new Resources(
      store,
      { name: 'environment_template', version: 1, schema: storedTemplate },
      bounds
    )
  }
}

/** The sessions of the Agents API. `hasSeveral`: more than one owner shares the gateway. */
export function agentSessionsFor(parts: Omit<AgentSessionsOptions, 'bounds'>, hasSeveral: boolean): AgentSessions {
  const { count, perOwner } = bounds
  return new AgentSessions({ ...parts, bounds: { count, perOwner: hasSeveral ? perOwner : count } })
}

/** Milliseconds: until the first look for calls that nobody answers, and from each to the next. */
const looks = { first: 1_000, next: 600_000 }

/** Ends turns whose calls nobody answers. */
export function endOverdue(
  drive: Drive,
  { agentSessions, store, work }: { agentSessions: AgentSessions; store: Store; work: Work }
): void {
  const sessions = new AgentStore(new Tables(store, sessionsSchema))
  const look = async () => {
    if (work.isStopping) return
    if (store.isThere) await cancelOverdue(sessions, agentSessions, drive).catch(() => {}) // the next look does it
    setTimeout(() => void look(), looks.next).unref()
  }
  setTimeout(() => void look(), looks.first).unref()
}
