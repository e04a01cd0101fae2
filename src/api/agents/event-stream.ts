import type { AgentSession } from '../../agents/agent-session.ts'
import { openSse } from '../../http/answer/sse.ts'
import type { ApiContext } from '../../http/api.ts'
import { streamLife } from '../../http/token-life.ts'
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
  await session.session.follow(send, signal, after)
  await stream.end()
}

/** The events up to the one that has this place in it. */
const throughEvent = (text: string, place: number) => text.slice(0, text.indexOf('\n\n', place) + 2)
