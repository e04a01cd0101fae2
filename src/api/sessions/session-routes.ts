import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { scopeOf } from '../../http/scope.ts'
import { earlierItems } from '../../sessions/earlier.ts'
import type { JournalItem } from '../../sessions/journal-store.ts'
import type { Session } from '../../sessions/session.ts'
import { lastTurnsOf } from '../../threads/history.ts'
import type { ThreadRecord } from '../../threads/record.ts'
import type { ThreadSettings } from '../../threads/settings.ts'
import { GatewayError } from '../../turn/error.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { settingsOfModel } from '../thread-dependencies.ts'
import type { SessionsDependencies } from './dependencies.ts'
import { enterNamed, enterSession } from './enter.ts'
import { createRequest, newThreadRequest, resumeRequest } from './requests.ts'
import { answerFrom, closedAnswer, sessionAnswer, sessionList } from './view.ts'

const shared = { exposes: [ignoredHeader], failures: [404, 409, 502, 503] }

/** The operations on sessions themselves. */
export function sessionOperations(dependencies: SessionsDependencies): Operation[] {
  const { sessions, agentSessions, threads, readBody, turns } = dependencies
  return [
    {
      ...shared,
      method: 'post',
      path: '/api/sessions',
      summary: 'Open a session: a thread that can be watched. A thread that has one already is answered with that.',
      body: createRequest,
      answer: sessionAnswer,
      async handle(ctx) {
        const {
          workspace,
          resumeThreadId,
          threadId = resumeThreadId,
          ...wanted
        } = await readRequest(ctx, readBody, createRequest, { optional: true })
        await enterNamed(ctx, workspace, dependencies)
        const resumed = threadId === undefined ? undefined : threads.usable(scopeOf(ctx), threadId)
        const open = resumed && sessions.ofThread(resumed.id)
        if (open) return void (ctx.body = answerFrom(open))
        const earlier = resumed && (await earlierOf(ctx, resumed, dependencies))
        sessions.checkRoom(ctx.state.principal.id) // before there is a thread for it
        ctx.body = answerFrom(sessions.create(resumed ?? (await started(ctx, wanted, dependencies)), earlier))
      }
    },
    {
      method: 'get',
      path: '/api/sessions',
      summary: 'Your sessions in all workspaces, the most recently used first.',
      answer: sessionList,
      handle(ctx) {
        const found = sessions.list(ctx.state.principal.id)
        const isOpen = ({ record }: Session) => dependencies.directory.find(record.workspace, ctx.state.principal)
        ctx.body = { ok: true, sessions: found.filter(isOpen).map((one) => ({ ...one.view, state: one.state(true) })) }
      }
    },
    {
      method: 'get',
      path: '/api/sessions/{id}/state',
      summary: 'A session as it is now.',
      answer: sessionAnswer,
      failures: [404],
      async handle(ctx) {
        ctx.body = answerFrom(await enterSession(ctx, dependencies))
      }
    },
    {
      method: 'delete',
      path: '/api/sessions/{id}',
      summary: 'Close a session. A turn that runs is interrupted; the thread stays.',
      answer: closedAnswer,
      failures: [404],
      async handle(ctx) {
        const session = await enterSession(ctx, dependencies)
        const { turn, record } = session
        const ofAgent = agentSessions.maybe(record.owner, record.id)
        sessions.close(session, 'deleted')
        if (turn?.id !== undefined) await turns.interrupt(record.thread, turn.id).catch(() => {}) // it may have ended
        if (ofAgent) await agentSessions.removeEnvironment(ofAgent)
        ctx.body = { ok: true, sessionId: record.id }
      }
    },
    ...threadOperations(dependencies)
  ]
}

/** Those that give a session another thread. */
function threadOperations(dependencies: SessionsDependencies): Operation[] {
  const { sessions, threads, readBody } = dependencies
  return [
    {
      ...shared,
      method: 'post',
      path: '/api/sessions/{id}/thread/new',
      summary: 'Go on with a new thread.',
      body: newThreadRequest,
      answer: sessionAnswer,
      async handle(ctx) {
        const session = await enterSession(ctx, dependencies)
        const wanted = await readRequest(ctx, readBody, newThreadRequest, { optional: true })
        checkIdle(session)
        const thread = await started(ctx, wanted, dependencies)
        checkIdle(session)
        sessions.move(session, thread.id)
        ctx.body = answerFrom(session)
      }
    },
    {
      ...shared,
      method: 'post',
      path: '/api/sessions/{id}/thread/resume',
      summary: 'Go on with another thread of yours in the same workspace.',
      body: resumeRequest,
      answer: sessionAnswer,
      async handle(ctx) {
        const session = await enterSession(ctx, dependencies)
        const { threadId } = await readRequest(ctx, readBody, resumeRequest)
        const thread = threads.usable(scopeOf(ctx), threadId)
        const earlier = await earlierOf(ctx, thread, dependencies)
        checkIdle(session)
        sessions.move(session, thread.id, earlier)
        ctx.body = answerFrom(session)
      }
    }
  ]
}

/** A thread whose messages cannot be read is resumed all the same: the routes of threads say what is wrong with it. */
async function earlierOf(
  ctx: ApiContext,
  thread: ThreadRecord,
  { calls }: SessionsDependencies
): Promise<JournalItem[]> {
  const signal = lifetime(ctx)
  const turns = await calls
    .on(thread, signal, ({ connection }) => lastTurnsOf(connection, thread.id))
    .catch(() => ({ data: [] }))
  signal.throwIfAborted()
  return earlierItems(turns.data)
}

function checkIdle({ turn }: Session): void {
  if (turn)
    throw new GatewayError('thread_busy', 'A turn is active in this session. Wait for its end, or interrupt it.')
}

async function started(
  ctx: ApiContext,
  { model: name, effort, ...chosen }: ThreadSettings,
  { threads, resolveModel, chooseEffort }: SessionsDependencies
): Promise<ThreadRecord> {
  const model = await resolveModel(name, ctx.state.workspace)
  ctx.state.model = model.name
  const { sandbox: usual, ...settings } = await settingsOfModel(model, chooseEffort, effort)
  const scope = scopeOf(ctx)
  const { sandbox = usual, ...checked } = await threads.checked(scope, { ...settings, ...chosen })
  return threads.start(scope, { ...checked, ...(sandbox && { sandbox }) }, lifetime(ctx))
}
