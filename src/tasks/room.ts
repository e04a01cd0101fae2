import type { Connection } from '../store/connection.ts'
import { GatewayError } from '../turn/error.ts'

/** How much there may be of tasks. */
export interface TaskBounds {
  /** Those that have not ended, of all owners and of one. */
  unfinished: number
  unfinishedPerOwner: number
  /** Characters that what is to be done may take, of all owners and of one. */
  bytes: number
  bytesPerOwner: number
  /** Those that have ended, and milliseconds that they stay. */
  finished: number
  ttlMs: number
}

const retryAfter = 10

/** Throws where there is no room for another task. */
export function checkRoom(
  connection: Connection,
  {
    owner,
    template,
    templateLimit
  }: { owner: string; template?: string | undefined; templateLimit?: number | undefined },
  bytes: number,
  bounds: TaskBounds
): void {
  const all = unfinished(connection, '1 = 1', [])
  const own = unfinished(connection, 'owner = ?', [owner])
  if (all.count >= bounds.unfinished || all.bytes + bytes > bounds.bytes)
    throw full('This gateway has as many unfinished tasks as it may have')
  if (own.count >= bounds.unfinishedPerOwner || own.bytes + bytes > bounds.bytesPerOwner)
    throw full('You have as many unfinished tasks as you may have')
  if (template === undefined || templateLimit === undefined) return
  if (unfinished(connection, 'template = ?', [template]).count >= templateLimit)
    throw full(`There are as many unfinished tasks of '${template}' as there may be`)
}

function unfinished(connection: Connection, where: string, parameters: string[]): { count: number; bytes: number } {
  const [count, bytes] =
    connection.get(
      `SELECT count(*), coalesce(sum(bytes), 0) FROM tasks
       WHERE status IN ('queued', 'running', 'waiting_for_reset') AND ${where}`,
      ...parameters
    ) ?? []
  return { count: Number(count), bytes: Number(bytes) }
}

const full = (what: string) =>
  new GatewayError('rate_limited', `${what}: try again in ${retryAfter} s. The operator can raise CODEX_MAX_TASKS.`, {
    retryAfter
  })
