import { principalName } from '../access/principal.ts'
import { secretsOf } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import type { AgentSessions } from '../agents/agent-sessions.ts'
import type { Hosting } from '../agents/hosting.ts'
import type { CostOf } from '../agents/spending.ts'
import { JournalStore } from '../sessions/journal-store.ts'
import { AgentStore } from '../sessions/agent-store.ts'
import { RecordStore } from '../sessions/record-store.ts'
import { SessionPlaces } from '../sessions/places.ts'
import { SessionStore } from '../sessions/session-store.ts'
import { Sessions } from '../sessions/sessions.ts'
import { Tables } from '../store/tables.ts'
import { sessionsSchema } from '../sessions/schema.ts'
import type { Store } from '../store/store.ts'
import { agentSessionsFor } from './agents.ts'
import { scrubbed } from '../telemetry/redaction.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { WebhookEvent } from '../webhooks/event.ts'
import type { Publisher } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import { hasSeveralPrincipals } from './several.ts'

/** Characters of the journal of one session, and of all of one owner: 80,000 pieces of text. */
const journalBounds = { session: 16_777_216, owner: 134_217_728 }
/** Milliseconds: for the client of a new session to come back before it gives way to another, and between two looks for unused ones. */
const times = { grace: 60_000, sweep: 15_000 }

export interface SessionServices {
  sessions: Sessions
  places: SessionPlaces
  agentSessions: AgentSessions
  records: RecordStore
}

export interface SessionParts {
  store: Store
  work: Work
  config: Config
  webhooks: Publisher
  hosting?: Hosting | undefined
  costOf: CostOf
}

/** The sessions of a gateway with these settings, which it closes when nobody has used them for long. */
export function sessionServices(
  threads: ThreadStore,
  { store, work, config, webhooks, hosting, costOf }: SessionParts
): SessionServices {
  const tables = new Tables(store, sessionsSchema)
  const places = new SessionPlaces()
  const idleMs = config.CODEX_SESSION_IDLE_SECONDS * 1000
  const count = config.CODEX_MAX_SESSIONS
  const sessionStore = new SessionStore(tables)
  const sessions = new Sessions({
    work,
    store: sessionStore,
    journals: new JournalStore(tables, journalBounds, (connection, owner, { type, data }) =>
      webhooks.publish(connection, owner, { type, data } as WebhookEvent)
    ),
    threadOf: ({ owner, workspace, thread }) => threads.find({ owner, workspace }, thread),
    placeOf: (workspace) => places.of(workspace),
    bounds: {
      count,
      perOwner: hasSeveralPrincipals(config) ? Math.ceil(count / 2) : count,
      graceMs: Math.min(times.grace, idleMs)
    },
    idleMs,
    patienceMs: config.CODEX_APPROVAL_TIMEOUT_SECONDS * 1000,
    asked: ({ id, owner, thread }, { requestId, method, params, status, decision, answeredBy }) =>
      store.warn(
        {
          session: id,
          principal: principalName(owner),
          thread,
          request: requestId,
          method,
          what: scrubbed(summaryOf(params), secretsOf(config)),
          status,
          ...(decision !== null && { decision }),
          ...(answeredBy !== null && { by: answeredBy })
        },
        status === 'pending' ? 'codex asks before it acts' : 'what codex asked is answered'
      )
  })
  sweepAtIntervals(sessions, work)
  work.atEnd(() => sessions.stop())
  const records = new RecordStore(tables)
  const agentSessions = agentSessionsFor(
    { sessions, store: sessionStore, agents: new AgentStore(tables), records, hosting, costOf },
    hasSeveralPrincipals(config)
  )
  return { sessions, places, agentSessions, records }
}

function sweepAtIntervals(sessions: Sessions, work: Work): void {
  const timer = setInterval(() => {
    if (work.isStopping) return clearInterval(timer)
    try {
      sessions.sweep()
    } catch {
      // the store cannot be used at the moment
    }
  }, times.sweep)
  timer.unref()
}

/** What is asked, in short: a command is the only part of it that can be long. */
function summaryOf(params: object): string {
  const { command, reason, message } = params as Record<string, unknown>
  const text = [command, reason, message].find((value) => typeof value === 'string')
  return typeof text === 'string' ? text.slice(0, 500) : ''
}
