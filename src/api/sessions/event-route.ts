import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { openSse } from '../../http/answer/sse.ts'
import { streamLife, tokenEnded } from '../../http/token-life.ts'
import { parsed } from '../../openai/invalid.ts'
import type { SessionsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'

const seq = z.coerce.number().int().min(0)
const eventsQuery = z.object({
  after: seq
    .optional()
    .meta({ description: 'The id of the last event that you have; 0: from the first one that is stored.' })
})

/** The stream of what happens in a session. */
export function eventOperation(dependencies: SessionsDependencies): Operation {
  return {
    method: 'get',
    path: '/api/sessions/{id}/events',
    summary:
      'What happens in a session, as server-sent events: `session`, `state`, `notification`, `server-request`, `warning`, `gap`, `session-closed`, and `token-ended` when the token or the login of the reader has ended. From now on, or after the event that `Last-Event-ID` or `after` names.',
    query: eventsQuery,
    headers: { 'last-event-id': 'The id of the last event that you have. Before `after`.' },
    answer: 'text/plain',
    failures: [404],
    async handle(ctx) {
      const { after } = parsed(eventsQuery, ctx.query)
      const last = seq.safeParse(ctx.get('last-event-id') || undefined).data ?? after
      const session = await enterSession(ctx, dependencies)
      session.checkRoom()
      const { keepAliveStyle } = dependencies.waiting ?? {}
      using life = streamLife(ctx)
      await using stream = openSse(ctx, {
        keepAlive: () => '',
        keepAliveStyle: keepAliveStyle === 'off' ? 'off' : 'comment'
      })
      await session.watch((text) => stream.sendText(text), life.signal, last)
      if (life.isTokenOver) await stream.sendText(tokenEnded)
      await stream.end()
    }
  }
}
