import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { openSse } from '../../http/answer/sse.ts'
import { lifetime } from '../../http/lifetime.ts'
import { streamLife, tokenEnded } from '../../http/token-life.ts'
import { parsed } from '../../openai/invalid.ts'
import { taskStatuses } from '../../tasks/record.ts'
import type { StoredEvent } from '../../tasks/event-store.ts'
import type { TasksDependencies } from './dependencies.ts'
import { preferredWait } from './prefer.ts'
import { taskInPath, tasksOf } from './tasks-of.ts'
import { taskView, viewOf } from './view.ts'

/** What stands in the braces is an id of ours; a template has no such name. */
const ids = /task_[^/]+/
const seq = z.coerce.number().int().min(0)

const listQuery = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'it is none of this list')
    .optional()
    .meta({ description: '`nextCursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(100).optional().meta({ description: '20 when left out.' }),
  status: z.enum(taskStatuses).optional()
})
const eventsQuery = z.object({
  after: seq.optional().meta({ description: 'The id of the last event that you have; all when left out.' })
})

/** The operations on tasks that there are. */
export function taskOperations(dependencies: TasksDependencies): Operation[] {
  return [
    {
      method: 'get',
      path: '/api/tasks',
      summary: 'Your tasks, the newest first.',
      query: listQuery,
      answer: z.object({ data: z.array(taskView), nextCursor: z.string().nullable() }),
      handle(ctx) {
        const { cursor, limit = 20, status } = parsed(listQuery, ctx.query)
        const { principal } = ctx.state
        const before = cursor === undefined ? undefined : Number(cursor)
        const found = tasksOf(dependencies).list(principal.id, { limit, before, status })
        const page = found.slice(0, limit)
        const shown = page.filter(({ workspace }) => dependencies.directory.find(workspace, principal))
        const nextCursor = found.length > limit ? String(page.at(-1)?.sequence) : null
        ctx.body = { data: shown.map(viewOf), nextCursor }
      }
    },
    {
      method: 'get',
      path: '/api/tasks/{id}',
      ids,
      summary: 'A task as it is now, or, with `Prefer: wait=SECONDS`, once it has ended.',
      headers: { prefer: '`wait=SECONDS`: answer as soon as the task has ended, and after that time at the latest.' },
      answer: taskView,
      failures: [404],
      exposes: ['preference-applied'],
      async handle(ctx) {
        const task = taskInPath(ctx, dependencies)
        const wait = preferredWait(ctx)
        if (wait > 0) tasksOf(dependencies).checkWatchers(task)
        ctx.body = viewOf(wait > 0 ? await tasksOf(dependencies).ended(task, wait, lifetime(ctx)) : task)
      }
    },
    eventOperation(dependencies),
    {
      method: 'post',
      path: '/api/tasks/{id}/cancel',
      ids,
      summary: 'End a task. One that has ended already stays as it is.',
      answer: taskView,
      failures: [404],
      async handle(ctx) {
        ctx.body = viewOf(await tasksOf(dependencies).cancel(taskInPath(ctx, dependencies), lifetime(ctx)))
      }
    },
    {
      method: 'delete',
      path: '/api/tasks/{id}',
      ids,
      summary: 'Delete a task, with its events and its result. It is cancelled first if it has not ended.',
      answer: z.object({ id: z.string(), deleted: z.literal(true) }),
      failures: [404, 409],
      async handle(ctx) {
        const task = taskInPath(ctx, dependencies)
        await tasksOf(dependencies).delete(task, lifetime(ctx))
        ctx.body = { id: task.id, deleted: true }
      }
    }
  ]
}

function eventOperation(dependencies: TasksDependencies): Operation {
  return {
    method: 'get',
    path: '/api/tasks/{id}/events',
    ids,
    summary:
      'What happens in a task, from its beginning or after the event that `Last-Event-ID` or `after` names, as server-sent events: `task.queued`, `task.running`, `task.waiting_for_reset`, `task.succeeded`, `task.failed`, `plan`, `step`, `message`, `warning`. It ends with the task.',
    query: eventsQuery,
    headers: { 'last-event-id': 'The id of the last event that you have. Before `after`.' },
    answer: 'text/plain',
    failures: [404],
    async handle(ctx) {
      const { after = 0 } = parsed(eventsQuery, ctx.query)
      const last = seq.safeParse(ctx.get('last-event-id') || undefined).data ?? after
      const task = taskInPath(ctx, dependencies)
      tasksOf(dependencies).checkWatchers(task)
      using life = streamLife(ctx)
      const keepAliveStyle = dependencies.waiting?.keepAliveStyle === 'off' ? 'off' : 'comment'
      await using stream = openSse(ctx, { keepAlive: () => '', keepAliveStyle })
      await tasksOf(dependencies).follow(
        task,
        last,
        (events) => stream.sendText(events.map(wireText).join('')),
        life.signal
      )
      if (life.isTokenOver) await stream.sendText(tokenEnded)
      await stream.end()
    }
  }
}

const wireText = ({ seq: id, type, body }: StoredEvent) => `id: ${id}\nevent: ${type}\ndata: ${body}\n\n`
