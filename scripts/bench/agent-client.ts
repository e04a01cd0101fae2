import type { Target } from './client.ts'

const headersOf = ({ token = '' }: Target) => ({
  authorization: `Bearer ${token}`,
  'openai-beta': 'agents=v1',
  'content-type': 'application/json'
})

/** Calls a path of the Agents API, and reads its JSON. */
export async function agentsCall<T>(target: Target, path: string, body?: object): Promise<T> {
  const response = await fetch(`${target.url}/v1/agents${path}`, {
    method: body ? 'POST' : 'GET',
    headers: headersOf(target),
    ...(body && { body: JSON.stringify(body) })
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** A session whose events are read. */
export interface ReadSession {
  /** Sends a message. Resolves with the milliseconds until it is accepted, and until the session is idle again. */
  turn: (text: string) => Promise<{ acceptedMs: number; ms: number }>
  leave: () => void
}

/** A new session, after its first turn. `readers`: how many more read its events. */
export async function startSession(target: Target, readers = 0): Promise<ReadSession> {
  const made = await agentsCall<{ id: string }>(target, '/sessions', {
    environment: { type: 'none' },
    agent: { model: target.model },
    input: 'Say the word hello.'
  })
  const leave = new AbortController()
  const path = `${target.url}/v1/agents/sessions/${made.id}/events`
  const open = (after: string) =>
    fetch(path, { headers: { ...headersOf(target), 'last-event-id': after }, signal: leave.signal })
  const waiting: (() => void)[] = []
  const first = new Promise<void>((resolve) => waiting.push(resolve))
  void follow(await open('0'), () => waiting.shift()?.())
  for (let reader = 0; reader < readers; reader++) void follow(await open('0'), () => {})
  await first
  return {
    async turn(text) {
      const begun = performance.now()
      const idle = new Promise<void>((resolve) => waiting.push(resolve))
      const input = [{ role: 'user', content: [{ type: 'input_text', text }] }]
      await agentsCall(target, `/sessions/${made.id}/events`, {
        events: [{ type: 'agent.session.input.message', input }]
      })
      const acceptedMs = performance.now() - begun
      await idle
      return { acceptedMs, ms: performance.now() - begun }
    },
    leave: () => leave.abort()
  }
}

/** Reads events until the reader leaves. */
async function follow(response: Response, idle: () => void): Promise<void> {
  let rest = ''
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) if (event.includes('"type":"agent.session.idle"')) idle()
    }
  } catch {
    // it has left
  }
}
