import type { AgentSession } from '../../agents/agent-session.ts'
import { openSse } from '../../http/answer/sse.ts'
import type { ApiContext } from '../../http/api.ts'
import { streamLife } from '../../http/token-life.ts'
import { eventId } from '../../agents/ids.ts'
import type { AgentsDependencies } from './dependencies.ts'

export interface StreamOptions {
  /** The last event that the reader has; what comes from now on where it is left out. */
  after?: number | undefined
  /** It ends when the session is idle again, or has failed. */
  once?: boolean
}

const last = /\ndata: \{"type":"agent\.session\.(?:idle|failed)"/

/** Answers with the events of a session, until the reader leaves or the session is deleted. */
export async function answerStream(
  ctx: ApiContext,
  session: AgentSession,
  { after, once = false }: StreamOptions,
  { waiting }: Pick<AgentsDependencies, 'waiting'>
): Promise<void> {
  session.session.checkRoom()
  const over = new AbortController()
  using life = streamLife(ctx)
  const signal = AbortSignal.any([life.signal, over.signal])
  await using stream = openSse(ctx, {
    keepAlive: () => '',
    keepAliveStyle: waiting?.keepAliveStyle === 'off' ? 'off' : 'comment'
  })
  const send = (text: string) => {
    if (over.signal.aborted) return undefined
    const end = once ? last.exec(text) : null
    if (end) over.abort()
    return stream.sendText(end ? throughEvent(text, end.index) : text)
  }
  await session.session.follow(send, signal, gapOf(session.id), after)
  await stream.end()
}

/** The events up to the one that has this place in it. */
const throughEvent = (text: string, place: number) => text.slice(0, text.indexOf('\n\n', place) + 2)

/** Says that some events are not replayed. It has the place of the last of them. */
const gapOf = (session_id: string) => (from: number, to: number) => {
  const message = `The events after ${from} up to ${to} are not stored any more. Turns and items are: read them.`
  const error = { type: 'server_error', code: 'events_expired', message, param: null }
  return `id: ${to}\ndata: ${JSON.stringify({ type: 'error', event_id: eventId(session_id, to), session_id, error })}\n\n`
}
