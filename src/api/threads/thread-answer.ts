import { z } from 'zod'
import { lifetime } from '../../http/lifetime.ts'
import type { GatewayContext } from '../../http/state.ts'
import { lastTurnsOf } from '../../threads/history.ts'
import type { ThreadRecord } from '../../threads/record.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import { threadView, threadViewFrom } from './thread-view.ts'

/** How a thread is answered. */
export const threadAnswer = z.object({
  thread: threadView,
  olderTurnsCursor: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'For `GET /api/threads/{id}/turns`, where there are more turns than are shown.' })
})

/** A thread without its turns, or with the last of them. */
export async function threadAnswerOf(
  ctx: GatewayContext,
  { threads, calls }: Pick<ThreadsDependencies, 'threads' | 'calls'>,
  thread: ThreadRecord,
  withTurns = false
): Promise<z.output<typeof threadAnswer>> {
  const isActive = threads.isActive(thread.id)
  if (!withTurns) return { thread: threadViewFrom(thread, isActive) }
  const { data, nextCursor } = await calls.on(thread, lifetime(ctx), ({ connection }) =>
    lastTurnsOf(connection, thread.id)
  )
  return { thread: threadViewFrom(thread, isActive, data.reverse()), olderTurnsCursor: nextCursor }
}
