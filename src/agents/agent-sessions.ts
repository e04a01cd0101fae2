import type { AgentStore } from '../sessions/agent-store.ts'
import type { RecordStore } from '../sessions/record-store.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Session } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { TurnObserver } from '../threads/observer.ts'
import type { ThreadRecord } from '../threads/record.ts'
import { GatewayError } from '../turn/error.ts'
import { AgentSession } from './agent-session.ts'
import type { Hosting } from './hosting.ts'
import type { AgentItem } from './item-place.ts'
import { newId } from './ids.ts'
import { sessionMade, shownSession } from './made.ts'
import type { SessionMade, ShownSession } from './made.ts'
import { noRoomHere, notFound } from './resources.ts'
import type { Found, PageWish } from './resources.ts'
import { checkPriced, checkSpending, withSpending } from './spending.ts'
import type { CostOf } from './spending.ts'
import { newStatus, sessionStatus } from './status.ts'
import { failTurn } from './parked.ts'
import type { ShownTurn } from './shown-turn.ts'

export interface SessionFilter {
  agentId?: string | undefined
  metadata: Readonly<Record<string, string>>
  /** Ids of those whose sessions may be seen. */
  workspaces: readonly string[]
}

export interface AgentSessionsOptions {
  sessions: Sessions
  store: SessionStore
  agents: AgentStore
  records: RecordStore
  /** The environments that sessions may have; there are none when left out. */
  hosting?: Hosting | undefined
  costOf: CostOf
  /** How many sessions there may be, and how many one owner may have. */
  bounds: { count: number; perOwner: number }
}

/** Bytes that a session may have, and all of one owner, before no message is taken any more. */
const sizes = { perSession: 67_108_864, perOwner: 536_870_912 }

/** The sessions of the Agents API of all owners. Another owner's is not found. */
export class AgentSessions {
  readonly #options: AgentSessionsOptions
  readonly #loaded = new WeakMap<Session, AgentSession>()
  /** Goes on with a turn that has all that it waited for when it is loaded. */
  resume: (session: AgentSession) => void = () => {}

  constructor(options: AgentSessionsOptions) {
    this.#options = options
  }

  /** Throws `rate_limited` where there is no room for another. */
  checkRoom(owner: string): void {
    const { agents, bounds } = this.#options
    if (agents.bytes({ id: '', owner }).all >= sizes.perOwner) throw full('Your sessions are')
    if (agents.count(owner) >= bounds.perOwner)
      throw new GatewayError('rate_limited', `There are too many sessions: at most ${bounds.perOwner}. Delete some.`)
    if (agents.count() >= bounds.count) throw noRoomHere()
  }

  /** Throws where a session, its environment or its owner has so much that nothing can be added. */
  checkSize({ id, session, made }: AgentSession): void {
    const { environment } = made
    const { hosting } = this.#options
    if (environment.type !== 'none')
      hosting?.environments.checkRoom(hosting.environments.find(session.record.owner, environment.id))
    const { own, all } = this.#options.agents.bytes({ id, owner: session.record.owner })
    if (own >= sizes.perSession) throw full('This session is')
    if (all >= sizes.perOwner) throw full('Your sessions are')
  }

  create(
    thread: ThreadRecord,
    made: SessionMade,
    metadata: Readonly<Record<string, string>>,
    id = newId('asess')
  ): AgentSession {
    const columns = {
      agent: JSON.stringify(made),
      labels: JSON.stringify(metadata),
      status: JSON.stringify(newStatus())
    }
    const session = this.#of(this.#options.sessions.createForAgent(thread, id, columns))
    session.emitStatus('created')
    session.hosted?.begin()
    return session
  }

  find(owner: string, id: string): AgentSession {
    const found = this.maybe(owner, id)
    if (found === undefined) throw notFound()
    return found
  }

  /** Undefined where it is not there. */
  maybe(owner: string, id: string): AgentSession | undefined {
    const { sessions, store } = this.#options
    const record = sessions.loaded(id)?.record ?? store.find(id) // no other gateway changes one that is loaded here
    if (record?.owner !== owner || record.agent === null) return undefined
    return this.#of(sessions.open(record))
  }

  list(owner: string, wish: PageWish, filter: SessionFilter): Found<ShownSession> {
    const { store, agents, sessions } = this.#options
    if (wish.after !== undefined && store.find(wish.after)?.owner !== owner) throw notFound()
    const found = agents.list(owner, { ...wish, ...filter, limit: wish.limit + 1 })
    const values = found.slice(0, wish.limit).map((record) => {
      const open = sessions.loaded(record.id)
      if (open) return this.#of(open).shown
      const status = sessionStatus.parse(JSON.parse(record.status ?? ''))
      const found = status.open === null ? undefined : this.#recovered(owner, record.id)
      if (found) return found
      const made = sessionMade.parse(JSON.parse(record.agent ?? ''))
      const metadata = JSON.parse(record.labels ?? '{}') as Record<string, string>
      return shownSession({ id: record.id, createdAt: record.createdAt, made, metadata, status })
    })
    return { values, hasMore: found.length > wish.limit }
  }

  /** One with a turn that its gateway may have left; undefined where that has it. */
  #recovered(owner: string, id: string): ShownSession | undefined {
    try {
      return this.find(owner, id).shown
    } catch {
      return undefined
    }
  }

  /** Changes what it was made with, or its metadata. */
  change(session: AgentSession, made: SessionMade, metadata: Readonly<Record<string, string>>): void {
    session.made = made
    session.metadata = metadata
    this.#options.store.update(session.id, { agent: JSON.stringify(made), labels: JSON.stringify(metadata) })
  }

  /** Throws while a turn is open. */
  checkMovable({ status }: AgentSession): void {
    if (status.open) throw new GatewayError('conflict', 'This can be changed when the turn is over.')
  }

  /** From its next turn on it is on another thread, which is new. Throws while a turn is open. */
  move(session: AgentSession, { id }: ThreadRecord): void {
    this.checkMovable(session)
    this.#options.store.update(session.id, { thread: id })
    session.session.record.thread = id
    session.setStatus({ isMoved: true })
    session.store()
  }

  close(session: AgentSession): void {
    this.#options.sessions.close(session.session, 'deleted')
  }

  /** Removes the environment of one that is closed. What its turns published stays. */
  async removeEnvironment(session: AgentSession): Promise<void> {
    const { environment } = session.made
    if (environment.type === 'none') return
    const { workspace } = session.session.record
    await this.#options.hosting?.environments.remove({ id: environment.id, workspace })
  }

  /** Who observes a turn on the thread of a session, where that is one of this API. Throws where the turn must not begin. */
  observe(found: Session, { workspace, settings }: ThreadRecord): TurnObserver | undefined {
    if (found.record.agent === null) return undefined
    const session = this.#of(found)
    checkSpending(session)
    checkPriced(session, { ...settings, workspace }, this.#options.costOf)
    return withSpending(session, session.observe(), this.#options.costOf)
  }

  #of(session: Session): AgentSession {
    const found = this.#loaded.get(session)
    if (found) return found
    const opened = new AgentSession(session, this.#options.records, this.#options.hosting)
    this.#loaded.set(session, opened)
    this.#recover(opened)
    return opened
  }

  /** A turn whose gateway is gone: where it only waited for functions it still does, else it has failed, and nothing of it runs again. */
  #recover(session: AgentSession): void {
    const { open } = session.status
    if (open?.onlyWaits && session.status.actions.length === 0) return this.resume(session)
    if (open === null || open.onlyWaits) return
    const turn = this.#options.records.find(session.id, 'turn', open.id)
    if (turn) failTurn(session, JSON.parse(turn.body) as ShownTurn, this.#itemsOf(session.id, open.id))
  }

  #itemsOf(session: string, turn: string): AgentItem[] {
    const wish = { kind: 'item', scope: '', turn, order: 'asc', limit: 10_000 } as const
    return this.#options.records.list(session, wish).map(({ body }) => JSON.parse(body) as AgentItem)
  }
}

const full = (what: string) =>
  new GatewayError('conflict', `${what} full. Delete what is not needed, and make a new session.`)
