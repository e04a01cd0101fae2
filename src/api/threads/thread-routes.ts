import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { turnsOf } from '../../threads/history.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { modelSettings } from './dependencies.ts'
import type { ThreadsDependencies } from './dependencies.ts'
import { readThreadRequest, startRequest } from './requests.ts'
import { scopeOf } from './workspace.ts'
import { threadView, threadViewFrom } from './thread-view.ts'

/** Statuses of their failures beside those of every operation: no such thread, a conflict, no slot, no app-server. */
export const failures = [404, 409, 502, 503]

const answer = z.object({
  thread: threadView,
  olderTurnsCursor: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'For `GET /api/threads/{id}/turns`, where there are more turns than are shown.' })
})

/** Turns that are shown with a thread. */
const shownTurns = 50

/** The operations on a thread by the names of app-server's methods. */
export function threadOperations(dependencies: ThreadsDependencies): Operation[] {
  const { threads, calls, readBody, resolveModel, chooseEffort } = dependencies
  return [
    {
      method: 'post',
      path: '/api/thread/start',
      summary: 'Start a thread: a conversation with Codex in the folder of the workspace.',
      body: startRequest,
      answer,
      failures,
      exposes: [ignoredHeader],
      async handle(ctx) {
        const { model: name, cwd, approvalPolicy, sandbox } = await readRequest(ctx, readBody, startRequest)
        const scope = scopeOf(ctx)
        const model = await resolveModel(name)
        ctx.state.model = model.name
        const { sandbox: usual, ...settings } = await modelSettings(model, chooseEffort, undefined)
        const chosen = await threads.checked(scope, { ...settings, cwd, approvalPolicy, sandbox })
        const thread = await threads.start(scope, { ...chosen, sandbox: chosen.sandbox ?? usual }, lifetime(ctx))
        ctx.body = { thread: threadViewFrom(thread, false) }
      }
    },
    {
      method: 'post',
      path: '/api/thread/read',
      summary: 'A thread, with its last turns where they are asked for.',
      body: readThreadRequest,
      answer,
      failures,
      exposes: [ignoredHeader],
      async handle(ctx) {
        const { threadId, includeTurns = false } = await readRequest(ctx, readBody, readThreadRequest)
        const scope = scopeOf(ctx)
        const thread = threads.find(scope, threadId)
        const isActive = threads.isActive(threadId)
        if (!includeTurns) return void (ctx.body = { thread: threadViewFrom(thread, isActive) })
        const { data, nextCursor } = await calls.on(scope, lifetime(ctx), ({ connection }) =>
          turnsOf(connection, threadId, { limit: shownTurns, itemsView: 'full' })
        )
        ctx.body = { thread: threadViewFrom(thread, isActive, data.reverse()), olderTurnsCursor: nextCursor }
      }
    }
  ]
}
