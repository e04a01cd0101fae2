import { newId } from '../../agents/ids.ts'
import { agentConfig } from '../../agents/agent.ts'
import type { AgentSession } from '../../agents/agent-session.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ThreadRecord } from '../../threads/record.ts'
import type { ThreadSettings } from '../../threads/settings.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { parsed } from '../../openai/invalid.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { deletedAnswer, sessionAnswer } from './answers.ts'
import { checkAgent, checkAllowed } from './check-agent.ts'
import { beginMade, callerOf, checkOffered, createSession, discard, settingsFor } from './create-session.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { checkOpen, enterSession, openTo } from './enter.ts'
import { useSession } from '../session-use.ts'
import { budgetError, isSpent } from '../../agents/spending.ts'
import { checkPrice, spendingLimit } from './spending.ts'
import { answerStream } from './event-stream.ts'
import { fieldsOf } from './fields-of.ts'
import { keyHeader, repetitionOf } from './idempotency.ts'
import { metadataIn, pageFrom, pageQuery, wishIn } from './page.ts'
import { sessionCreation, sessionUpdate } from './session-schema.ts'
import type { SessionUpdate } from './session-schema.ts'

const session = '/agents/sessions/{id}'

/** The operations on sessions themselves. */
export function sessionOperations(dependencies: AgentsDependencies): Operation[] {
  const { agentSessions, readBody, creations } = dependencies
  return [
    {
      method: 'post',
      path: '/agents/sessions',
      summary: 'Make a session with an agent, which begins with the input. With `stream` its events are the answer.',
      body: sessionCreation,
      headers: { [keyHeader]: 'Makes a repetition known: within a day the same key makes one session.' },
      answer: sessionAnswer,
      events: 'Events of the session, until it is idle again.',
      failures: [404, 409, 502, 503],
      async handle(ctx) {
        const body = await readBody(ctx)
        const sent = parsed(sessionCreation, body)
        const id = newId('asess')
        const make = () => createSession(ctx, { sent, fields: fieldsOf(body), id }, dependencies)
        const repetition = repetitionOf(ctx, body)
        const { id: owner } = ctx.state.principal
        const found = await (repetition
          ? creations.once({ owner, ...repetition }, id, { make, find: (known) => agentSessions.maybe(owner, known) })
          : make())
        useSession(ctx, found.session)
        if (found.id !== id) {
          checkOpen(ctx, found.session.record.workspace, dependencies) // the token may be for another one
          await beginMade(ctx, found, sent, dependencies)
        }
        ctx.status = 201
        if (sent.stream) return answerStream(ctx, found, { after: 0, once: true }, dependencies)
        ctx.body = found.shown
      }
    },
    {
      method: 'get',
      path: '/agents/sessions',
      summary: 'Your sessions.',
      query: pageQuery,
      answer: pageSchemaOf(sessionAnswer),
      failures: [404],
      handle(ctx) {
        const agentId = [ctx.query['agent_id']].flat()[0]
        const filter = { ...(agentId && { agentId }), metadata: metadataIn(ctx), workspaces: openTo(ctx, dependencies) }
        ctx.body = pageFrom(agentSessions.list(ctx.state.principal.id, wishIn(ctx), filter), (shown) => shown)
      }
    },
    {
      method: 'get',
      path: session,
      summary: 'A session as it is now.',
      answer: sessionAnswer,
      failures: [404],
      handle(ctx) {
        ctx.body = enterSession(ctx, dependencies).shown
      }
    },
    {
      method: 'post',
      path: session,
      summary: 'Change the metadata of a session, or its agent from the next turn on.',
      body: sessionUpdate,
      answer: sessionAnswer,
      failures: [404, 409],
      async handle(ctx) {
        const found = enterSession(ctx, dependencies)
        const body = await readBody(ctx, { optional: true })
        const sent = parsed(sessionUpdate, body)
        checkOffered(sent)
        await found.inOrder(() => changed(ctx, found, { ...sent, fields: fieldsOf(body) }, dependencies))
        ctx.body = found.shown
      }
    },
    {
      method: 'delete',
      path: session,
      summary: 'Delete a session with all that is in it. Not while a turn is open.',
      answer: deletedAnswer('agent.session.deleted'),
      failures: [404, 409],
      async handle(ctx) {
        const { id = '' } = ctx.params
        if (!wasDeleted(ctx, id, dependencies)) {
          const found = enterSession(ctx, dependencies)
          await found.inOrder(() => deleteNow(found, dependencies))
        }
        ctx.body = { id, object: 'agent.session.deleted', deleted: true }
      }
    }
  ]
}

/** A deletion that is repeated, as clients do that have lost the answer, is answered as before. */
function wasDeleted({ state }: ApiContext, id: string, { agentRecords, directory }: AgentsDependencies): boolean {
  const workspace = agentRecords.deletedIn(state.principal.id, id)
  return workspace !== undefined && directory.find(workspace, state.principal) !== undefined
}

async function deleteNow(session: AgentSession, dependencies: AgentsDependencies): Promise<void> {
  if (session.status.open)
    throw new GatewayError('conflict', 'A turn of this session is not over. Cancel it, then delete the session.')
  await discard(session, dependencies)
}

async function changed(
  ctx: ApiContext,
  session: AgentSession,
  { agent, metadata, review, fields, spend_control: spend }: SessionUpdate & { fields: ReadonlySet<string> },
  dependencies: AgentsDependencies
): Promise<void> {
  const { agentSessions, drive } = dependencies
  const { made } = session
  const { model = made.config.model, reasoning, ...rest } = agent ?? {}
  const effort = reasoning ? { ...made.config.reasoning, effort: reasoning.effort ?? null } : made.config.reasoning
  const given = Object.fromEntries(Object.entries(rest).filter(([name]) => fields.has(name)))
  const config = agentConfig.parse({ ...made.config, ...given, model, reasoning: effort })
  checkAgent(config, 'agent.')
  checkAllowed(config.tools, 'agent.tools', dependencies)
  const spendLimit = spend === undefined ? made.spendLimit : spendingLimit(spend)
  if (agent || review || spend?.limit) {
    const thread = drive.threadOf(session)
    const { place } = thread.settings
    const settings = await settingsFor(callerOf(ctx), config, dependencies, { review: review ?? made.review, place })
    if (spendLimit !== undefined) checkPrice(settings, ctx.state.workspace, dependencies)
    await changeThread(ctx, session, { thread, settings }, dependencies)
  }
  const now = { ...made, config, spendLimit, ...(review && { review }) }
  agentSessions.change(session, now, metadata === undefined ? session.metadata : (metadata ?? {}))
  if (isSpent(session)) await drive.cancel(session, budgetError)
}

/** Its next turn has these settings, on a new thread where those of the one that it has cannot become so. Throws while a turn is open on that. */
async function changeThread(
  ctx: ApiContext,
  session: AgentSession,
  { thread, settings }: { thread: ThreadRecord; settings: ThreadSettings },
  { agentSessions, threads, changes }: AgentsDependencies
): Promise<void> {
  if (canBecome(thread.settings, settings)) return threads.change(thread, settings)
  agentSessions.checkMovable(session)
  const moved = await threads.start(thread, settings, lifetime(ctx))
  agentSessions.move(session, moved)
  await changes.delete(thread, false, lifetime(ctx)).catch(() => {}) // it expires by itself
}

/** Whether a turn can bring the change: tools of a thread stay as they are, and so does what a turn leaves out (codex-cli 0.169). */
const canBecome = (one: ThreadSettings, other: ThreadSettings) =>
  JSON.stringify([one.functions, one.config, one.webSearch]) ===
    JSON.stringify([other.functions, other.config, other.webSearch]) &&
  (one.effort === undefined || other.effort !== undefined)
