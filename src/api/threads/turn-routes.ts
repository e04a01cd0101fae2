import { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { InputPart } from '../../threads/input.ts'
import { textOf } from '../../threads/turn-order.ts'
import { turnView } from '../../threads/turn-view.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import { answerTurn } from './answer-turn.ts'
import { checkedChanges } from './changes.ts'
import type { ThreadsDependencies } from './dependencies.ts'
import { turnStartRequest } from './requests.ts'
import { failures } from './thread-routes.ts'
import { scopeOf } from './workspace.ts'

/** What a turn is streamed as. */
const events =
  'app-server’s notifications of this turn, each as `{method, params}`, the last one `turn/completed`; a failure of the gateway’s is an event with `error`'

/** The operations on turns by the names of app-server's methods. */
export function turnOperations(dependencies: ThreadsDependencies): Operation[] {
  const { threads, turns, readBody, readImage, maxPromptChars } = dependencies
  return [
    {
      method: 'post',
      path: '/api/turn/start',
      summary:
        'Send a message to a thread, and wait for the end of the turn. With `wait: false` 202 as soon as it has begun; a turn that is waited for ends when its client leaves.',
      body: turnStartRequest,
      answer: z.object({ turn: turnView }),
      events,
      failures: [...failures, 504],
      exposes: [ignoredHeader],
      async handle(ctx) {
        const request = await readRequest(ctx, readBody, turnStartRequest)
        const thread = threads.usable(scopeOf(ctx), request.threadId)
        checkInputSize(request.input, maxPromptChars)
        const changes = await checkedChanges(ctx, request, thread, dependencies)
        const checks = { readImage, signal: lifetime(ctx), reserve: reserveOf(ctx) }
        const order = await turns.orderOf(thread, { ...request, changes }, checks)
        await answerTurn(ctx, dependencies, { order, ...request }, (turn) => ({ turn }))
      }
    }
  ]
}

export function checkInputSize(input: readonly InputPart[], limit: number): void {
  checkPromptSize({ input: [{ type: 'text', text: textOf(input) }] }, limit, 'input')
}

export function reserveOf({ state }: ApiContext): (bytes: number) => void {
  return (bytes) => state.reserve?.(bytes)
}
