import { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { parsed } from '../../openai/invalid.ts'
import { threadItems, turnsOf } from '../../threads/history.ts'
import { turnView } from '../../threads/turn-view.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import { threadFailures } from './thread-routes.ts'
import { threadAnswer, threadAnswerOf } from './thread-answer.ts'
import { threadView, threadViewFrom } from './thread-view.ts'
import { turnOf } from './turn-answer.ts'
import { scopeOf } from '../../http/scope.ts'

/** What stands in the braces is an id of codex's. */
const ids = /[0-9a-f-]{36}/

const flag = z.enum(['true', 'false'])
const limit = z.coerce.number().int().min(1).max(100)
const cursor = z.string().max(512)

const threadsQuery = z.object({
  cursor: cursor.regex(/^\d{1,15}_[0-9a-f-]{36}$/, 'it is none of this list').optional(),
  limit: limit.optional().meta({ description: '20 when left out.' }),
  archived: flag.optional().meta({ description: 'The archived ones instead of all others.' }),
  search: z.string().max(256).optional().meta({ description: 'Text that the name or the preview contains.' }),
  searchTerm: z.string().max(256).optional().meta({ description: 'The same as `search`.' })
})
const threadQuery = z.object({ includeTurns: flag.optional() })
const pageQuery = z.object({
  cursor: cursor.optional(),
  limit: limit.optional(),
  sortDirection: z.enum(['asc', 'desc']).optional()
})
const turnsQuery = pageQuery.extend({
  itemsView: turnView.shape.itemsView.optional().meta({ description: '`summary` when left out.' })
})
const itemsQuery = pageQuery.extend({ turnId: z.string().max(64).optional() })
const deleteQuery = z.object({ forks: flag.optional().meta({ description: 'Delete its forks with it.' }) })

const cursors = { nextCursor: z.string().nullable(), backwardsCursor: z.string().nullable() }
const item = z.looseObject({ turnId: z.string(), item: z.looseObject({ type: z.string(), id: z.string() }) })

/** The operations on threads and turns as resources. */
export function resourceOperations(dependencies: ThreadsDependencies): Operation[] {
  const { threads, changes, calls } = dependencies
  const threadOf = (ctx: ApiContext) => threads.find(scopeOf(ctx), ctx.params['id'] ?? '')
  return [
    {
      method: 'get',
      path: '/api/threads',
      summary: 'Your threads in the workspace, the most recently used first.',
      query: threadsQuery,
      answer: z.object({
        ok: z.literal(true),
        data: z.array(threadView),
        threads: z.array(threadView).meta({ description: 'The same as `data`.' }),
        nextCursor: z.string().nullable()
      }),
      handle(ctx) {
        const { archived, limit: most = 20, searchTerm, search = searchTerm, cursor } = parsed(threadsQuery, ctx.query)
        const filter = { search, cursor, archived: archived === 'true', limit: most }
        const page = threads.list(scopeOf(ctx), filter)
        const data = page.threads.map((thread) => threadViewFrom(thread, threads.isActive(thread.id)))
        ctx.body = { ok: true, data, threads: data, nextCursor: page.next ?? null }
      }
    },
    {
      method: 'get',
      path: '/api/threads/{id}',
      ids,
      summary: 'A thread, with its last turns where they are asked for.',
      query: threadQuery,
      answer: threadAnswer.extend({ ok: z.literal(true), threadId: z.string() }),
      failures: [404],
      async handle(ctx) {
        const { includeTurns } = parsed(threadQuery, ctx.query)
        const thread = threadOf(ctx)
        const answer = await threadAnswerOf(ctx, dependencies, thread, includeTurns === 'true')
        ctx.body = { ok: true, threadId: thread.id, ...answer }
      }
    },
    {
      method: 'delete',
      path: '/api/threads/{id}',
      ids,
      summary: 'Delete a thread. One with forks is a conflict, unless they are to go with it.',
      query: deleteQuery,
      answer: z.object({ deleted: z.array(z.string()) }),
      failures: threadFailures,
      async handle(ctx) {
        const { forks } = parsed(deleteQuery, ctx.query)
        ctx.body = { deleted: await changes.delete(threadOf(ctx), forks === 'true', lifetime(ctx)) }
      }
    },
    {
      method: 'get',
      path: '/api/threads/{id}/turns',
      ids,
      summary: 'The turns of a thread, the newest first unless it is asked otherwise.',
      query: turnsQuery,
      answer: z.object({ data: z.array(turnView), ...cursors }),
      failures: threadFailures,
      async handle(ctx) {
        const [thread, query] = [threadOf(ctx), parsed(turnsQuery, ctx.query)]
        ctx.body = await calls.on(thread, lifetime(ctx), ({ connection }) => turnsOf(connection, thread.id, query))
      }
    },
    {
      method: 'get',
      path: '/api/threads/{id}/items',
      ids,
      summary: 'The items of a thread, or of one of its turns, the oldest first unless it is asked otherwise.',
      query: itemsQuery,
      answer: z.object({ data: z.array(item), ...cursors }),
      failures: threadFailures,
      async handle(ctx) {
        const [thread, query] = [threadOf(ctx), parsed(itemsQuery, ctx.query)]
        ctx.body = await calls.on(thread, lifetime(ctx), ({ connection }) => threadItems(connection, thread.id, query))
      }
    },
    {
      method: 'get',
      path: '/api/turns/{id}',
      ids,
      summary: 'A turn, as it is now.',
      answer: z.object({ turn: turnView }),
      failures: threadFailures,
      async handle(ctx) {
        ctx.body = { turn: await turnOf(ctx, dependencies, ctx.params['id'] ?? '') }
      }
    }
  ]
}
