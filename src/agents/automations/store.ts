import { GatewayError } from '../../turn/error.ts'
import { newId } from '../ids.ts'
import { noRoomHere, notFound } from '../resources.ts'
import type { Found, PageWish } from '../resources.ts'
import { pageById } from '../../store/page-by-id.ts'
import type { Tables } from '../../store/tables.ts'
import type { Automation, AutomationBody, AutomationStatus, Invocation } from './automation.ts'
import { addInvocation } from './invocations.ts'
import { nextOccurrence } from './schedule.ts'
import { automationsIn, invocationsIn } from './rows.ts'

/** How many automations there may be of all owners and of one, and characters that they may have. */
export interface AutomationBounds {
  count: number
  perOwner: number
  bytes: number
  bytesPerOwner: number
}

/** Which automations are wanted: those that write to `session`, where that is given, and are in `workspaces`. */
export interface AutomationsWish extends PageWish {
  session?: string | undefined
  workspaces: readonly string[]
}

/** Automations as their owners see them. Another owner's is not found. */
export class AutomationStore {
  readonly #tables: Tables
  readonly #bounds: AutomationBounds
  readonly #now: () => number

  constructor(tables: Tables, bounds: AutomationBounds, now: () => number) {
    this.#tables = tables
    this.#bounds = bounds
    this.#now = now
  }

  /** Throws `rate_limited` where there is no room for another. */
  add(owner: string, body: AutomationBody): Automation {
    const createdAt = this.#now()
    const made: Automation = { ...body, id: newId('auto', createdAt), owner, createdAt, status: 'active' }
    const text = JSON.stringify(body)
    this.#tables.transaction((connection) => {
      this.#checkRoom(owner, text.length)
      connection.run(
        'INSERT INTO automations (id, owner, created_at, session, status, due_at, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[made.id, owner, createdAt, sessionOf(body), 'active', this.#dueAt(made), text.length, text]
      )
    })
    return made
  }

  /** Throws `not_found`. */
  find(owner: string, id: string): Automation {
    const rows = { where: 'id = ? AND owner = ?', parameters: [id, owner] }
    const [found] = this.#tables.use((connection) => automationsIn(connection, rows))
    if (found === undefined) throw notFound()
    return found
  }

  /** Throws `not_found` where nothing of this owner's has the id `after`. */
  list(owner: string, { after, order, limit, session, workspaces }: AutomationsWish): Found<Automation> {
    if (after !== undefined) this.find(owner, after)
    const ofSession = session === undefined ? '' : ' AND session = ?'
    const { start, comparison } = pageById({ after, order })
    const inThese = "json_extract(body, '$.workspace') IN (SELECT value FROM json_each(?))"
    const where = `owner = ? AND id ${comparison} ? AND ${inThese}${ofSession}`
    const parameters = [owner, start, JSON.stringify(workspaces), ...(session === undefined ? [] : [session])]
    const found = this.#tables.use((connection) =>
      automationsIn(connection, { where, parameters, order, limit: limit + 1 })
    )
    return { values: found.slice(0, limit), hasMore: found.length > limit }
  }

  /** Changes what it is, or whether it is paused. Its next occurrence is by what it then is; one that has come stays where its times do. */
  change({ id, owner }: Automation, change: Partial<AutomationBody> & { status?: AutomationStatus }): Automation {
    return this.#tables.transaction((connection) => {
      const { createdAt, status, ...former } = this.find(owner, id)
      const { status: wanted = status, ...fields } = change
      const { id: _, owner: __, ...body } = { ...former, ...fields }
      const now: Automation = { ...body, id, owner, createdAt, status: wanted }
      const text = JSON.stringify(body)
      this.#checkRoom(owner, text.length, id)
      const isAsBefore = wanted === status && JSON.stringify(body.schedule) === JSON.stringify(former.schedule)
      connection.run(
        'UPDATE automations SET status = ?, session = ?, due_at = iif(?, due_at, ?), bytes = ?, body = ? WHERE id = ?',
        ...[wanted, sessionOf(body), Number(isAsBefore), this.#dueAt(now), text.length, text, id]
      )
      return now
    })
  }

  /** With its invocations. False where it was not there. */
  delete(owner: string, id: string): boolean {
    return this.#tables.use(
      (connection) => connection.run('DELETE FROM automations WHERE id = ? AND owner = ?', id, owner) > 0
    )
  }

  /** Gives all of one owner's to another. */
  adopt(from: string, to: string): void {
    this.#tables.use((connection) => connection.run('UPDATE automations SET owner = ? WHERE owner = ?', to, from))
  }

  /** Has it done as soon as possible. */
  invoke({ id, owner }: Automation): Invocation {
    return this.#tables.transaction((connection) =>
      addInvocation(connection, this.find(owner, id), { now: this.#now(), scheduledAt: null })
    )
  }

  /** Throws `not_found`. */
  invocation({ id: automation }: Automation, id: string): Invocation {
    const rows = { where: 'id = ? AND automation = ?', parameters: [id, automation] }
    const [found] = this.#tables.use((connection) => invocationsIn(connection, rows))
    if (found === undefined) throw notFound()
    return found
  }

  invocations(automation: Automation, { after, order, limit }: PageWish): Found<Invocation> {
    if (after !== undefined) this.invocation(automation, after)
    const { start, comparison } = pageById({ after, order })
    const where = `automation = ? AND id ${comparison} ?`
    const parameters = [automation.id, start]
    const found = this.#tables.use((connection) =>
      invocationsIn(connection, { where, parameters, order, limit: limit + 1 })
    )
    return { values: found.slice(0, limit), hasMore: found.length > limit }
  }

  /** Whether a delivery of it is not over. */
  hasPending({ id }: Automation): boolean {
    const sql = "SELECT 1 FROM automation_invocations WHERE automation = ? AND status = 'queued' LIMIT 1"
    return this.#tables.use((connection) => connection.get(sql, id) !== undefined)
  }

  #dueAt({ status, schedule }: Automation): number | null {
    return status === 'active' ? (nextOccurrence(schedule, this.#now()) ?? null) : null
  }

  #checkRoom(owner: string, bytes: number, except = ''): void {
    const sql = `SELECT count(*), total(bytes), count(*) FILTER (WHERE owner = ?1), total(bytes) FILTER (WHERE owner = ?1)
      FROM automations WHERE id <> ?2`
    const counted = this.#tables.use((connection) => connection.get(sql, owner, except)) ?? []
    const [all = 0, allBytes = 0, own = 0, ownBytes = 0] = counted.map(Number)
    const limits = this.#bounds
    if (own >= limits.perOwner || ownBytes + bytes > limits.bytesPerOwner)
      throw new GatewayError('rate_limited', `There are too many automations, or they are too large. Delete some.`)
    if (all >= limits.count || allBytes + bytes > limits.bytes) throw noRoomHere()
  }
}

const sessionOf = ({ target }: AutomationBody) => (target.type === 'existing_session' ? target.session_id : null)
