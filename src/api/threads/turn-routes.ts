import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { compactOrderOf, reviewOrderOf } from '../../threads/review.ts'
import { textOf } from '../../threads/turn-order.ts'
import { turnView } from '../../threads/turn-view.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { checkTextSize, messageChecks } from '../thread-messages.ts'
import { answerTurn } from './answer-turn.ts'
import { checkedChanges } from '../thread-changes.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import { compactRequest, interruptRequest, reviewRequest, steerRequest, turnStartRequest } from '../thread-requests.ts'
import { threadFailures } from './thread-routes.ts'
import { scopeOf } from '../../http/scope.ts'

/** What a turn is streamed as. */
const events =
  'app-server’s notifications of this turn, each as `{method, params}`, the last one `turn/completed`; a failure of the gateway’s is an event with `error`'

const waits =
  'Waits for its end. With `wait: false` 202 as soon as it has begun; a turn that is waited for ends when its client leaves.'

const turnAnswer = z.object({ turn: turnView })
const shared = { method: 'post', exposes: [ignoredHeader] } as const
const running = { ...shared, events, failures: [...threadFailures, 504] }

/** The operations on turns by the names of app-server's methods. */
export function turnOperations(dependencies: ThreadsDependencies): Operation[] {
  return [startOperation(dependencies), ...otherTurns(dependencies), ...onRunningTurns(dependencies)]
}

function startOperation(dependencies: ThreadsDependencies): Operation {
  const { threads, turns, readBody, maxPromptChars } = dependencies
  return {
    ...running,
    path: '/api/turn/start',
    summary: `Send a message to a thread. ${waits}`,
    body: turnStartRequest,
    answer: turnAnswer,
    async handle(ctx) {
      const request = await readRequest(ctx, readBody, turnStartRequest)
      const thread = threads.usable(scopeOf(ctx), request.threadId)
      checkTextSize(textOf(request.input), maxPromptChars, 'input')
      const changes = await checkedChanges(ctx, request, thread, dependencies)
      const order = await turns.orderOf(thread, { ...request, changes }, messageChecks(ctx, dependencies))
      await answerTurn(ctx, dependencies, { order, ...request }, (turn) => ({ turn }))
    }
  }
}

/** Turns without a message. */
function otherTurns(dependencies: ThreadsDependencies): Operation[] {
  const { threads, readBody, maxPromptChars } = dependencies
  return [
    {
      ...running,
      path: '/api/review/start',
      summary: `Have Codex review the workspace, in a thread. ${waits}`,
      body: reviewRequest,
      answer: turnAnswer.extend({ reviewThreadId: z.string() }),
      async handle(ctx) {
        const request = await readRequest(ctx, readBody, reviewRequest)
        const thread = threads.usable(scopeOf(ctx), request.threadId)
        if (request.target.type === 'custom')
          checkTextSize(request.target.instructions, maxPromptChars, 'target.instructions')
        const order = reviewOrderOf(thread, request.target)
        await answerTurn(ctx, dependencies, { order, ...request }, (turn) => ({ turn, reviewThreadId: thread.id }))
      }
    },
    {
      ...running,
      path: '/api/thread/compact/start',
      summary: `Put a summary in the place of a thread’s history, which costs a request to the model. ${waits}`,
      body: compactRequest,
      answer: turnAnswer,
      async handle(ctx) {
        const request = await readRequest(ctx, readBody, compactRequest)
        const order = compactOrderOf(threads.usable(scopeOf(ctx), request.threadId))
        await answerTurn(ctx, dependencies, { order, ...request }, (turn) => ({ turn }))
      }
    }
  ]
}

function onRunningTurns(dependencies: ThreadsDependencies): Operation[] {
  const { threads, turns, readBody, maxPromptChars } = dependencies
  return [
    {
      ...shared,
      path: '/api/turn/interrupt',
      summary: 'End the turn that runs on a thread. Requests that wait for it get it as `interrupted`.',
      body: interruptRequest,
      answer: z.object({}),
      failures: threadFailures,
      async handle(ctx) {
        const { threadId, turnId } = await readRequest(ctx, readBody, interruptRequest)
        await turns.interrupt(threads.find(scopeOf(ctx), threadId).id, turnId)
        ctx.body = {}
      }
    },
    {
      ...shared,
      path: '/api/turn/steer',
      summary: 'Add a message to the turn that runs, if it is still the expected one.',
      body: steerRequest,
      answer: z.object({ turnId: z.string() }),
      failures: threadFailures,
      async handle(ctx) {
        const { threadId, expectedTurnId, input } = await readRequest(ctx, readBody, steerRequest)
        const thread = threads.find(scopeOf(ctx), threadId)
        checkTextSize(textOf(input), maxPromptChars, 'input')
        await turns.steer(thread, expectedTurnId, input, messageChecks(ctx, dependencies))
        ctx.body = { turnId: expectedTurnId }
      }
    }
  ]
}
