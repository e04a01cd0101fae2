import type { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import type { ThreadRecord } from '../../threads/record.ts'
import { narrowed } from '../../access/narrowing.ts'
import { narrowingHeaders, narrowingOf } from '../accept.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { settingsOfModel } from '../thread-dependencies.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import {
  forkRequest,
  nameRequest,
  readThreadRequest,
  revertRequest,
  startRequest,
  threadRequest
} from '../thread-requests.ts'
import { scopeOf } from '../../http/scope.ts'
import { threadAnswer, threadAnswerOf } from './thread-answer.ts'

/** Statuses of their failures beside those of every operation: no such thread, a conflict, no slot, no app-server. */
export const threadFailures = [404, 409, 502, 503]

/** The operations on a thread by the names of app-server's methods. */
export function threadOperations(dependencies: ThreadsDependencies): Operation[] {
  const { threads, changes, readBody } = dependencies
  const answered = async (ctx: ApiContext, thread: ThreadRecord, withTurns = false) => {
    ctx.body = await threadAnswerOf(ctx, dependencies, thread, withTurns)
  }
  /** An operation on the thread that the body names. */
  const onThread = <T extends { threadId: string }>(
    path: string,
    summary: string,
    body: z.ZodType<T>,
    action: (ctx: ApiContext, thread: ThreadRecord, request: T) => Promise<void>
  ): Operation => ({
    method: 'post',
    path: `/api/thread/${path}`,
    summary,
    body,
    answer: threadAnswer,
    failures: threadFailures,
    exposes: [ignoredHeader],
    async handle(ctx) {
      const request = await readRequest(ctx, readBody, body)
      await action(ctx, threads.find(scopeOf(ctx), request.threadId), request)
    }
  })
  return [
    startOperation(dependencies),
    onThread(
      'resume',
      'Load a thread, so that its next turn begins at once, and read its last turns. Turns load it by themselves.',
      threadRequest,
      async (ctx, { id }) => answered(ctx, await threads.resume(scopeOf(ctx), id, lifetime(ctx)), true)
    ),
    onThread(
      'fork',
      'Start a thread with the history of another, up to `lastTurnId`, or to the turn before `beforeTurnId`.',
      forkRequest,
      async (ctx, { id }, { threadId: _, ...point }) =>
        answered(ctx, await threads.fork(scopeOf(ctx), id, point, lifetime(ctx)), true)
    ),
    onThread(
      'read',
      'A thread, with its last turns where they are asked for.',
      readThreadRequest,
      (ctx, thread, { includeTurns }) => answered(ctx, thread, includeTurns)
    ),
    onThread(
      'archive',
      'Archive a thread: it is listed apart, and has no turns until it is unarchived.',
      threadRequest,
      async (ctx, thread) => answered(ctx, await changes.archive(thread, true, lifetime(ctx)))
    ),
    onThread('unarchive', 'Make an archived thread usable again.', threadRequest, async (ctx, thread) =>
      answered(ctx, await changes.archive(thread, false, lifetime(ctx)))
    ),
    onThread('name/set', 'Name a thread.', nameRequest, async (ctx, thread, { name }) =>
      answered(ctx, await changes.setName(thread, name, lifetime(ctx)))
    ),
    onThread(
      'revert',
      'Take a turn, and all after it, out of the history. What they did to files stays.',
      revertRequest,
      async (ctx, { id }, { beforeTurnId }) => {
        const thread = threads.usable(scopeOf(ctx), id)
        await changes.revert(thread, beforeTurnId, lifetime(ctx))
        await answered(ctx, thread, true)
      }
    )
  ]
}

function startOperation(dependencies: ThreadsDependencies): Operation {
  const { threads, readBody, resolveModel, chooseEffort } = dependencies
  return {
    method: 'post',
    path: '/api/thread/start',
    summary: 'Start a thread: a conversation with Codex in the folder of the workspace.',
    body: startRequest,
    headers: narrowingHeaders,
    answer: threadAnswer,
    failures: threadFailures,
    exposes: [ignoredHeader],
    async handle(ctx) {
      const { model: name, ...chosen } = await readRequest(ctx, readBody, startRequest)
      const scope = scopeOf(ctx)
      const model = await resolveModel(name, ctx.state.workspace)
      ctx.state.model = model.name
      const { sandbox: usual, ...settings } = await settingsOfModel(model, chooseEffort, undefined)
      const { sandbox: asked = usual, folder } = narrowed(narrowingOf(ctx), usual, ctx.state.workspace)
      const wanted = { ...settings, ...chosen, cwd: chosen.cwd ?? folder }
      const { sandbox = asked, ...checked } = await threads.checked(scope, wanted)
      const thread = await threads.start(scope, { ...checked, ...(sandbox && { sandbox }) }, lifetime(ctx))
      ctx.body = await threadAnswerOf(ctx, dependencies, thread)
    }
  }
}
