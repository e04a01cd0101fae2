import type { Ledger } from './ledger.ts'
import type { Sums } from './sums.ts'
import { conditionsOf } from './usage.ts'
import type { Subject } from './usage.ts'

/** One turn, as it is listed. Times are Unix seconds. */
export interface ListedTurn extends Pick<Sums, 'responses' | 'input' | 'cached' | 'output' | 'reasoning' | 'cost'> {
  id: number
  principal: string
  key: string
  workspace: string
  model: string
  engine: string
  at: number
  /** Undefined as long as it runs. */
  endedAt: number | undefined
  end: string | undefined
  cause: string | undefined
  thread: string | undefined
  unknown: number
  estimate: number
}

/** The latest turns of a subject, the newest first, before the one with the id `before`. */
export function listTurns(
  ledger: Ledger,
  subject: Subject,
  page: { limit: number; before?: number | undefined }
): ListedTurn[] {
  ledger.flush()
  return ledger.store.use((connection) => {
    const { where, values } = conditionsOf(subject)
    const groups = connection.all(`SELECT g.id FROM ledger_groups g WHERE true${where}`, ...values)
    const ids = groups
      .flatMap(([group]) => connection.all(idsSql, Number(group), page.before ?? Number.MAX_SAFE_INTEGER, page.limit))
      .map(([id]) => Number(id))
    return ids
      .sort((one, other) => other - one)
      .slice(0, page.limit)
      .flatMap((id) => turnFrom(connection.get(turnSql, id)) ?? [])
  })
}

const idsSql =
  'SELECT id FROM ledger_turns INDEXED BY ledger_turns_by_group WHERE grp = ? AND id < ? ORDER BY id DESC LIMIT ?'
const turnSql = `SELECT t.id, g.principal, g.key, g.workspace, g.model, g.engine, t.at, t.ended_at, t.end, t.cause, t.thread,
    t.unknown, t.estimate, count(r.turn), coalesce(sum(r.input), 0), coalesce(sum(r.cached), 0), coalesce(sum(r.output), 0),
    coalesce(sum(r.reasoning), 0), coalesce(sum(r.cost), 0)
  FROM ledger_turns t JOIN ledger_groups g ON g.id = t.grp LEFT JOIN ledger_responses r ON r.turn = t.id WHERE t.id = ? GROUP BY t.id`

function turnFrom(row: unknown[] | undefined): ListedTurn | undefined {
  if (!row) return undefined
  const [id, principal, key, workspace, model, engine, at, endedAt, end, cause, thread, ...numbers] = row
  const [unknown = 0, estimate = 0, responses = 0, input = 0, cached = 0, output = 0, reasoning = 0, cost = 0] =
    numbers.map(Number)
  return {
    id: Number(id),
    principal: String(principal),
    key: String(key),
    workspace: String(workspace),
    model: String(model),
    engine: String(engine),
    at: Number(at),
    endedAt: endedAt === null ? undefined : Number(endedAt),
    end: textOf(end),
    cause: textOf(cause),
    thread: textOf(thread),
    ...{ unknown, estimate, responses, input, cached, output, reasoning, cost }
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
