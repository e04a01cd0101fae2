import { z } from 'zod'
import type { Connection } from '../codex/app-server/connection.ts'
import { GatewayError } from '../turn/error.ts'
import { turnViewFrom } from './turn-view.ts'
import type { TurnView } from './turn-view.ts'

/** Which part of a list. */
export interface PageQuery {
  cursor?: string | undefined
  limit?: number | undefined
  sortDirection?: 'asc' | 'desc' | undefined
}

export interface Page<T> {
  data: T[]
  nextCursor: string | null
  /** For the other direction. */
  backwardsCursor: string | null
}

const page = z.object({
  data: z.array(z.unknown()),
  nextCursor: z.string().nullish().catch(null),
  backwardsCursor: z.string().nullish().catch(null)
})
const entry = z.looseObject({ turnId: z.string(), item: z.looseObject({ type: z.string(), id: z.string() }) })

/** The turns of a thread, the newest first unless it is asked otherwise. */
export async function turnsOf(
  connection: Connection,
  threadId: string,
  query: PageQuery & { itemsView?: TurnView['itemsView'] | undefined }
): Promise<Page<TurnView>> {
  const { data, ...cursors } = await pageOf(connection, 'thread/turns/list', { ...query, threadId })
  return { data: data.flatMap((turn) => turnViewFrom(turn) ?? []), ...cursors }
}

/** Its last turns, in full: at most 50, fewer where they are so long that codex's answer could not be read. */
export async function lastTurnsOf(
  connection: Connection,
  threadId: string,
  [limit = 1, ...fewer]: readonly number[] = [50, 5, 1]
): Promise<Page<TurnView>> {
  try {
    return await turnsOf(connection, threadId, { limit, itemsView: 'full' })
  } catch (error) {
    const isTooLong = error instanceof GatewayError && error.code === 'upstream_error'
    if (!isTooLong || fewer.length === 0) throw error
    return lastTurnsOf(connection, threadId, fewer)
  }
}

/** The items of a thread, or of one of its turns, the oldest first unless it is asked otherwise. */
export async function threadItems(
  connection: Connection,
  threadId: string,
  query: PageQuery & { turnId?: string | undefined }
): Promise<Page<z.output<typeof entry>>> {
  const { data, ...cursors } = await pageOf(connection, 'thread/items/list', { ...query, threadId })
  return { data: data.flatMap((one) => entry.safeParse(one).data ?? []), ...cursors }
}

/** A thread without a turn has no list yet (codex-cli 0.169). */
async function pageOf(
  connection: Connection,
  method: 'thread/turns/list' | 'thread/items/list',
  params: PageQuery & { threadId: string }
): Promise<Page<unknown>> {
  checkCursor(params.cursor, params.threadId)
  try {
    const { data, nextCursor = null, backwardsCursor = null } = page.parse(await connection.request(method, params))
    return { data, nextCursor, backwardsCursor }
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'turn_not_found') throw error
    return { data: [], nextCursor: null, backwardsCursor: null }
  }
}

const cursorOf = z.object({ requestedThreadId: z.string() })

/** A cursor names the thread it is for. */
function checkCursor(cursor: string | undefined, threadId: string): void {
  if (cursor === undefined) return
  try {
    if (cursorOf.parse(JSON.parse(cursor)).requestedThreadId === threadId) return
  } catch {
    // no JSON
  }
  throw new GatewayError('invalid_request', "Invalid value for 'cursor': it is none of this list.", { param: 'cursor' })
}
