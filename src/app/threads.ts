import type { ThreadServices } from '../api/thread-dependencies.ts'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { ActiveTurns } from '../threads/active.ts'
import { AppServerCalls } from '../threads/calls.ts'
import { LoadedThreads } from '../threads/loaded.ts'
import type { CostOf } from '../agents/spending.ts'
import { agentServices, endOverdue } from './agents.ts'
import type { AgentServices } from './agents.ts'
import { hostingFor } from './environments.ts'
import { observedByBoth } from '../threads/observer.ts'
import type { RunSandboxed } from './sandboxed.ts'
import { sessionServices } from './sessions.ts'
import type { SessionServices } from './sessions.ts'
import { Tables } from '../store/tables.ts'
import type { ThreadBounds } from '../threads/bounds.ts'
import { threadsSchema } from '../threads/schema.ts'
import { ThreadChanges } from '../threads/thread-changes.ts'
import { ThreadStore } from '../threads/thread-store.ts'
import { Threads } from '../threads/threads.ts'
import { ThreadTurns } from '../threads/thread-turns.ts'
import type { ThreadTurnsOptions } from '../threads/thread-turns.ts'
import { TurnStore } from '../threads/turn-store.ts'
import type { Engine } from '../turn/engine.ts'
import type { Publisher } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/** What threads over HTTP run on: the workspaces of a local codex. */
export interface ThreadParts {
  workspaces: Workspaces
  /** Puts around a turn what every turn of the gateway has: its clocks, and its slot in the queue. */
  chain: (engine: Engine) => Engine
  /** Why the API key of a request must not use its model. */
  modelRefusal?: ThreadTurnsOptions['modelRefusal']
  costOf: CostOf
  sandboxed: RunSandboxed
  /** Takes what receivers are informed of where another machine informs them; the gateway's webhooks when left out. */
  relay?: Publisher | undefined
}

/** How many threads there may be, and milliseconds that an idle one stays loaded. */
const limits = { count: 10_000, lifeMs: 600_000 }

export function threadServices(
  { workspaces, chain, modelRefusal, costOf, sandboxed, relay }: ThreadParts,
  options: { store: Store; work: Work; config: Config; webhooks: Publisher }
): ThreadServices & SessionServices & AgentServices {
  const { store, work, config } = options
  const webhooks = relay ?? options.webhooks
  const tables = new Tables(store, threadsSchema)
  const bounds = threadBounds(config)
  const hosting = hostingFor(config, { store, work, webhooks, sandboxed })
  const active = new ActiveTurns()
  const loaded = new LoadedThreads({ count: config.CODEX_WARM_THREADS, lifeMs: limits.lifeMs })
  const calls = new AppServerCalls(workspaces)
  const threadStore = new ThreadStore(tables, bounds)
  const shared = { workspaces, active, loaded, calls, store: threadStore }
  const { sessions, places, agentSessions, records } = sessionServices(threadStore, {
    ...{ store, work, config, webhooks, hosting, costOf }
  })
  const threads = new Threads({ ...shared, stores: config.CODEX_THREAD_TTL_HOURS > 0 })
  const turns = new ThreadTurns({
    ...shared,
    chain,
    modelRefusal,
    work,
    turns: new TurnStore(tables, bounds),
    observe: (thread) => {
      const session = sessions.ofThread(thread.id)
      const agent = session && agentSessions.observe(session, thread) // first: it may refuse the turn
      return observedByBoth(session?.observe(), agent)
    }
  })
  const agents = agentServices({
    ...{ store, records, threads, turns, work, hosting, costOf },
    mcpHosts: config.CODEX_MCP_HOSTS,
    environmentHosts: config.CODEX_ENVIRONMENT_HOSTS
  })
  agentSessions.resume = (session) => void agents.inputs.goOn(session, {})
  endOverdue(agents.drive, { agentSessions, store, work })
  return {
    calls,
    threads,
    changes: new ThreadChanges({ ...shared, threads }),
    turns,
    sessions,
    places,
    agentSessions,
    records,
    ...agents
  }
}

/** How long threads live with these settings, and how many there may be. */
export function threadBounds({ CODEX_THREAD_TTL_HOURS: hours }: Config): ThreadBounds {
  return { ttlMs: hours * 3_600_000, count: limits.count }
}
