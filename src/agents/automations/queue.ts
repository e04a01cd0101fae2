import type { Tables } from '../../store/tables.ts'
import type { Automation, Invocation } from './automation.ts'
import { addInvocation } from './invocations.ts'
import { nextOccurrence } from './schedule.ts'
import { automationsIn, invocationsIn } from './rows.ts'

/** An invocation that this gateway is to deliver. */
export interface Delivery {
  automation: Automation
  invocation: Invocation
  /** How often it found no room. */
  attempts: number
}

/** How many occurrences are taken, and how many invocations looked at, at once. */
const most = { due: 200, ready: 64 }

/** The same automations for those who do them, in all gateways that share the store: each invocation is delivered by one at a time. */
export class AutomationQueue {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Makes an invocation of each occurrence that has come. Of those that nobody was there for it is only the last that was stored as next. */
  takeDue(now: number): void {
    const due = this.#tables.use((connection) =>
      connection.all(`SELECT id, due_at FROM automations WHERE due_at <= ? ORDER BY due_at LIMIT ${most.due}`, now)
    )
    for (const [id, dueAt] of due)
      this.#tables.transaction((connection) => {
        const rows = { where: 'id = ? AND due_at = ?', parameters: [String(id), Number(dueAt)] } // another may have taken it
        for (const automation of automationsIn(connection, rows)) {
          const next = automation.schedule.type === 'once' ? null : (nextOccurrence(automation.schedule, now) ?? null)
          connection.run('UPDATE automations SET due_at = ? WHERE id = ?', next, automation.id)
          addInvocation(connection, automation, { now, scheduledAt: Number(dueAt) })
        }
      })
  }

  /** Unix milliseconds of what comes next, which may be past: an occurrence, or a delivery that nobody is at. */
  nextAt(): number | undefined {
    const row = this.#tables.use((connection) =>
      connection.get(
        `SELECT min(at) FROM (SELECT min(due_at) AS at FROM automations UNION ALL
          SELECT min(i.ready_at) FROM automation_invocations i JOIN automations a ON a.id = i.automation
          WHERE i.status = 'queued' AND i.worker IS NULL AND (a.status <> 'paused' OR i.scheduled_at IS NULL))`
      )
    )
    return typeof row?.[0] === 'number' ? row[0] : undefined
  }

  /** Takes one that is ready and nobody delivers, of the owners in turn. Those of automations that are paused wait, unless somebody asked for them. */
  claim(now: number, worker: string, isFree: (worker: string, id: string) => boolean): Delivery | undefined {
    return this.#tables.transaction((connection) => {
      const ready = connection.all(
        `SELECT i.id, i.worker FROM automation_invocations i JOIN automations a ON a.id = i.automation
         WHERE i.status = 'queued' AND i.ready_at <= ? AND (a.status <> 'paused' OR i.scheduled_at IS NULL)
         ORDER BY row_number() OVER (PARTITION BY a.owner ORDER BY i.ready_at, i.id), i.ready_at LIMIT ${most.ready}`,
        now
      )
      const free = ready.find(([id, holder]) => typeof holder !== 'string' || isFree(holder, String(id)))
      if (free === undefined) return undefined
      const [attempts] = connection.get(
        'UPDATE automation_invocations SET worker = ? WHERE id = ? RETURNING attempts',
        ...[worker, String(free[0])]
      ) ?? [0]
      const [invocation] = invocationsIn(connection, { where: 'id = ?', parameters: [String(free[0])] })
      const [automation] = automationsIn(connection, {
        where: 'id = ?',
        parameters: [invocation?.automation ?? '']
      })
      return invocation && automation && { invocation, automation, attempts: Number(attempts) }
    })
  }

  /** It is tried again, not before `at`; `attempts`: how often it was tried that counts. */
  release({ id }: Invocation, worker: string, { at, attempts }: { at: number; attempts: number }): void {
    this.#tables.use((connection) =>
      connection.run(
        'UPDATE automation_invocations SET worker = NULL, ready_at = ?, attempts = ? WHERE id = ? AND worker = ?',
        ...[at, attempts, id, worker]
      )
    )
  }

  /** It is over, and with it an automation that is done once. */
  end({ id, automation }: Invocation, worker: string, error: Invocation['error']): void {
    this.#tables.transaction((connection) => {
      const ended = connection.get(
        `UPDATE automation_invocations SET status = ?, error = ?, worker = NULL WHERE id = ? AND worker = ?
         RETURNING scheduled_at`,
        ...[error ? 'failed' : 'completed', error && JSON.stringify(error), id, worker]
      )
      if (ended === undefined || ended[0] === null) return
      const isOnce = "json_extract(body, '$.schedule.type') = 'once' AND due_at IS NULL"
      connection.run(`UPDATE automations SET status = 'completed' WHERE id = ? AND ${isOnce}`, automation)
    })
  }
}
