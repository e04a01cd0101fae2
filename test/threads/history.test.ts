import { expect, it } from 'vitest'
import type { Connection } from '../../src/codex/app-server/connection.ts'
import { threadItems, lastTurnsOf, turnsOf } from '../../src/threads/history.ts'
import { isThreadGone, refusalIn } from '../../src/threads/no-such-thread.ts'
import { GatewayError } from '../../src/turn/error.ts'

/** A connection that answers every call by what `answer` makes of its parameters. */
function answering(answer: (params: { limit?: number }) => object): Connection {
  return { request: async (_method: string, params: object) => answer(params) } as unknown as Connection
}

it('turns that are too long to be read at once are shown in smaller numbers', async () => {
  const asked: unknown[] = []
  const connection = answering(({ limit = 0 }) => {
    asked.push(limit)
    if (limit > 5) throw new GatewayError('upstream_error', 'Codex wrote a line that is too long.')
    return { data: [{ id: 'turn', status: 'completed' }, 'nonsense'], nextCursor: 'next' }
  })
  const { data, nextCursor } = await lastTurnsOf(connection, 'thread')
  expect([asked, data.map(({ id }) => id), nextCursor]).toEqual([[50, 5], ['turn'], 'next'])
  const failing = answering(() => {
    throw new GatewayError('overloaded', 'x')
  })
  await expect(lastTurnsOf(failing, 'thread')).rejects.toMatchObject({ code: 'overloaded' })
})

it('a thread without a turn has empty lists, and a cursor of another thread is refused', async () => {
  const none = answering(() => {
    throw new GatewayError('turn_not_found', 'x')
  })
  const empty = { data: [], nextCursor: null, backwardsCursor: null }
  expect([await turnsOf(none, 'thread', {}), await threadItems(none, 'thread', {})]).toEqual([empty, empty])
  for (const cursor of ['nonsense', '{}', 'null', '{"requestedThreadId":"other"}'])
    await expect(threadItems(none, 'thread', { cursor })).rejects.toMatchObject({ param: 'cursor' })
  expect(await turnsOf(none, 'thread', { cursor: '{"requestedThreadId":"thread"}' })).toEqual(empty)
})

it('a thread is gone only where codex says so, not where it only would not open it', () => {
  const refused = new GatewayError('upstream_error', 'Codex refused.')
  const masked = new GatewayError('thread_not_found', 'x', { cause: refused })
  const gone = new GatewayError('thread_not_found', 'x')
  expect([masked, gone, refused, new Error('x')].map(isThreadGone)).toEqual([false, true, false, false])
  expect([refusalIn(masked), refusalIn(gone)]).toEqual([refused, gone])
})
