import type { ApiContext, Operation } from '../../http/api.ts'
import { scopeOf } from '../../http/scope.ts'
import type { Session } from '../../sessions/session.ts'
import type { ThreadRecord } from '../../threads/record.ts'
import { textOf } from '../../threads/turn-order.ts'
import { GatewayError } from '../../turn/error.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { checkedChanges } from '../thread-changes.ts'
import { checkTextSize, messageChecks } from '../thread-messages.ts'
import { beginTurn } from './begin-turn.ts'
import type { SessionsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { turnRequest } from './requests.ts'
import type { SessionTurnRequest } from './requests.ts'
import { answerFrom, sessionAnswer } from './view.ts'

const shared = { method: 'post', answer: sessionAnswer, exposes: [ignoredHeader] } as const

/** The operations on the turn of a session. */
export function sessionTurnOperations(dependencies: SessionsDependencies): Operation[] {
  const { readBody, threads, turns, maxPromptChars } = dependencies
  return [
    {
      ...shared,
      path: '/api/sessions/{id}/turn',
      summary: 'Send a message. Answers when the turn has begun; the events tell the rest.',
      body: turnRequest,
      failures: [404, 409, 502, 503],
      async handle(ctx) {
        const session = await enterSession(ctx, dependencies)
        const request = await readRequest(ctx, readBody, turnRequest)
        const thread = threads.usable(scopeOf(ctx), session.record.thread)
        checkTextSize(textOf(request.input), maxPromptChars, 'input')
        const place = { session, thread }
        if (request.steer !== true || !(await joined(ctx, place, request, dependencies)))
          await begun(ctx, place, request, dependencies)
        ctx.body = answerFrom(session)
      }
    },
    {
      ...shared,
      path: '/api/sessions/{id}/turn/interrupt',
      summary: 'End the turn that runs, or waits for its slot.',
      failures: [404, 409],
      async handle(ctx) {
        const session = await enterSession(ctx, dependencies)
        const { turn } = session
        if (turn === undefined) throw new GatewayError('conflict', 'No turn is active in this session.')
        if (turn.id === undefined) turn.waiting.abort('client')
        else await turns.interrupt(session.record.thread, turn.id)
        ctx.body = answerFrom(session)
      }
    }
  ]
}

async function begun(
  ctx: ApiContext,
  { session, thread }: { session: Session; thread: ThreadRecord },
  request: SessionTurnRequest,
  dependencies: SessionsDependencies
): Promise<void> {
  const changes = await checkedChanges(ctx, request, thread, dependencies)
  const { input, outputSchema } = request
  const wish = { input, outputSchema, changes }
  const order = await dependencies.turns.orderOf(thread, wish, messageChecks(ctx, dependencies))
  await beginTurn(ctx, session, { ...order, input }, dependencies)
}

/** Whether the message has joined the turn that runs. False where none does, or it ends just now. */
async function joined(
  ctx: ApiContext,
  { session, thread }: { session: Session; thread: ThreadRecord },
  { input }: SessionTurnRequest,
  { turns, readImage }: SessionsDependencies
): Promise<boolean> {
  const turnId = session.turn?.id
  if (turnId === undefined) return false
  try {
    await turns.steer(thread, turnId, input, messageChecks(ctx, { readImage }))
    return true
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'conflict') return false
    throw error
  }
}
