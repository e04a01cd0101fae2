import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { ignoredHeader, readRequest } from '../read-request.ts'
import type { SessionsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { answerRequest } from './requests.ts'

/** The answer to what codex asks. */
export function answerOperation(dependencies: SessionsDependencies): Operation {
  return {
    method: 'post',
    path: '/api/sessions/{id}/requests/{requestId}',
    summary:
      'Answer what Codex asks: allow or decline an action, or answer questions. Once; what nobody answers in time is declined.',
    body: answerRequest,
    answer: z.object({ ok: z.literal(true), sessionId: z.string(), request: z.looseObject({ requestId: z.string() }) }),
    failures: [404, 409],
    exposes: [ignoredHeader],
    async handle(ctx) {
      const session = await enterSession(ctx, dependencies)
      const said = await readRequest(ctx, dependencies.readBody, answerRequest)
      const request = session.requests.answer(ctx.params['requestId'] ?? '', said, ctx.state.principal.name)
      ctx.body = { ok: true, sessionId: session.record.id, request }
    }
  }
}
