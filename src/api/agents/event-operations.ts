import { z } from 'zod'
import type { AgentSession } from '../../agents/agent-session.ts'
import { eventPlace } from '../../agents/ids.ts'
import type { Input } from '../../agents/inputs.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { answerStream } from './event-stream.ts'
import { keyHeader, idempotencyKey } from './idempotency.ts'
import { messagesFrom, outputFrom } from './messages.ts'
import { senderOf } from './sender.ts'
import { eventCreation } from './session-schema.ts'
import type { InputEvent } from './session-schema.ts'

const path = '/agents/sessions/{id}/events'
const lastEvent = 'last-event-id'

/** What is sent to a session, and what comes of it. */
export function eventOperations(dependencies: AgentsDependencies): Operation[] {
  const { inputs, readBody, agentSessions } = dependencies
  return [
    {
      method: 'post',
      path,
      summary: 'Send messages, results of functions and decisions to a session, or cancel its turn.',
      body: eventCreation,
      headers: { [keyHeader]: 'Makes a repetition known: what has the same key is done once.' },
      answer: z.object({}),
      failures: [404, 409, 502, 503],
      async handle(ctx) {
        const session = enterSession(ctx, dependencies)
        const body = await readBody(ctx)
        const { events } = parsed(eventCreation, body)
        const given = await Promise.all(events.map((event, index) => inputFrom(ctx, event, index, dependencies)))
        if (given.some(({ type }) => type === 'messages')) agentSessions.checkSize(session)
        await inputs.take(session, given, senderOf(ctx, dependencies), { key: idempotencyKey(ctx), body })
        ctx.status = 202
        ctx.body = ''
        ctx.remove('content-type')
      }
    },
    {
      method: 'get',
      path,
      summary: 'What happens in a session, as server-sent events: from now on, or after the event of `Last-Event-ID`.',
      query: z.object({ include_obfuscation: z.string().optional() }),
      headers: { [lastEvent]: 'The id of the last event that you have.' },
      answer: 'text/plain',
      failures: [404],
      async handle(ctx) {
        const session = enterSession(ctx, dependencies)
        await answerStream(ctx, session, { after: lastEventOf(ctx, session) }, dependencies)
      }
    }
  ]
}

/** The place of an event in the journal of its session, from the `id:` of it or its `event_id`; undefined where none is named. */
function lastEventOf(ctx: ApiContext, { id, session }: AgentSession): number | undefined {
  const named = ctx.get(lastEvent)
  if (named === '') return undefined
  const place = /^\d{1,15}$/.test(named) ? Number(named) : eventPlace(id, named)
  if (place !== undefined && place <= session.journal.seq) return place
  throw invalid(
    'Last-Event-ID is no event of this session. Send the id of the last event that you have, or no such header.',
    lastEvent
  )
}

async function inputFrom(
  ctx: ApiContext,
  event: InputEvent,
  index: number,
  dependencies: AgentsDependencies
): Promise<Input> {
  const at = `events[${index}]`
  switch (event.type) {
    case 'agent.session.input.message':
      return { type: 'messages', messages: await messagesFrom(ctx, event.input, `${at}.input`, dependencies) }
    case 'agent.session.input.cancel':
      return { type: 'cancel' }
    case 'agent.session.input.tool_result': {
      const { type: _, output, ...rest } = event
      return { type: 'result', result: { ...rest, output: await outputFrom(ctx, output, at, dependencies) } }
    }
    case 'agent.session.input.mcp_approval_request_result':
      return { type: 'decision', requestId: event.request_id, decision: event.response.decision }
  }
}
