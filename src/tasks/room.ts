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
  const [all = 0, allBytes = 0, own = 0, ownBytes = 0] =
    connection
      .get(
        `SELECT count(*), sum(bytes), sum(owner = ?1), sum(iif(owner = ?1, bytes, 0)) FROM tasks WHERE ${unfinished}`,
        owner
      )
      ?.map(Number) ?? []
  if (all >= bounds.unfinished || allBytes + bytes > bounds.bytes)
    throw full('This gateway has as many unfinished tasks as it may have')
  if (own >= bounds.unfinishedPerOwner || ownBytes + bytes > bounds.bytesPerOwner)
    throw full('You have as many unfinished tasks as you may have')
  if (template === undefined || templateLimit === undefined) return
  const [count] = connection.get(`SELECT count(*) FROM tasks WHERE ${unfinished} AND template = ?`, template) ?? []
  if (Number(count) >= templateLimit) throw full(`There are as many unfinished tasks of '${template}' as there may be`)
}

const unfinished = "status IN ('queued', 'running', 'waiting_for_reset')"

const full = (what: string) =>
  new GatewayError('rate_limited', `${what}: try again in ${retryAfter} s. The operator can raise CODEX_MAX_TASKS.`, {
    retryAfter
  })
