import { owner } from '../threads/start-threads.ts'

/** An event of a stream, with its `id:`. */
export interface Streamed {
  id: string
  data: {
    type: string
    event_id: string
    delta?: string
    text?: string
    item?: { id: string; type: string; status: string }
  }
}

export const isIdle = ({ data }: Streamed) => data.type === 'agent.session.idle'

/** Asks for the events of a session after one. */
export const openEvents = (url: string, session: string, after: string, token: string = owner, signal?: AbortSignal) =>
  fetch(`${url}/agents/sessions/${session}/events`, {
    headers: { authorization: `Bearer ${token}`, 'openai-beta': 'agents=v1', 'last-event-id': after },
    signal: signal ?? null
  })

/** The events of a stream, as they come. */
export async function* eventsIn(response: Response): AsyncGenerator<Streamed, void> {
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(event) ?? []
      if (id !== undefined && data !== undefined) yield { id, data: JSON.parse(data) as Streamed['data'] }
    }
  }
}

/** The events of a session after one, until `isLast`, or until its reader leaves after so many. */
export async function readEvents(
  [url, session, after, token]: readonly [url: string, session: string, after: string, token?: string],
  isLast: (event: Streamed) => boolean,
  most = Infinity
): Promise<Streamed[]> {
  const leave = new AbortController()
  const found: Streamed[] = []
  try {
    for await (const event of eventsIn(await openEvents(url, session, after, token, leave.signal))) {
      found.push(event)
      if (isLast(event) || found.length >= most) break
    }
  } finally {
    leave.abort()
  }
  return found
}
