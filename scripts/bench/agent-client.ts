import { setMaxListeners } from 'node:events'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Target } from './client.ts'
import { Seen } from './seen.ts'
import { openWord } from './slow.ts'

const headersOf = ({ token = '' }: Target) => ({
  authorization: `Bearer ${token}`,
  'openai-beta': 'agents=v1',
  'content-type': 'application/json'
})

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

interface Wanted {
  body?: object | undefined
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Asks for a path of the Agents API. Resolves when the answer begins. */
function ask(target: Target, path: string, { body, headers, signal }: Wanted = {}): Promise<IncomingMessage> {
  const all = { ...headersOf(target), ...headers }
  const options = { method: body ? 'POST' : 'GET', headers: all, agent, ...(signal && { signal }) }
  return new Promise((resolve, reject) =>
    request(`${target.url}/v1/agents${path}`, options, resolve)
      .on('error', reject)
      .end(body && JSON.stringify(body))
  )
}

/** Calls a path of the Agents API, and reads its JSON. */
export async function agentsCall<T>(target: Target, path: string, body?: object): Promise<T> {
  const response = await ask(target, path, { body })
  let text = ''
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  if ((response.statusCode ?? 0) >= 300) throw new Error(`${path}: ${response.statusCode} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** A session whose events are read. */
export interface ReadSession {
  /** Sends a message. Resolves with the milliseconds until it is accepted, and until the session is idle again. */
  turn: (text: string) => Promise<{ acceptedMs: number; ms: number }>
  /** Adds so many messages to a turn whose answer stays open, each when the answer to the one before has begun: ms until each is accepted. */
  steers: (count: number) => Promise<number[]>
  leave: () => void
}

/** A new session, after its first turn. `readers`: how many more read its events; `stuck`: how many more do not read what they asked for. */
export async function startSession(target: Target, readers = 0, stuck = 0): Promise<ReadSession> {
  const made = await agentsCall<{ id: string }>(target, '/sessions', {
    environment: { type: 'none' },
    agent: { model: target.model },
    input: 'Say the word hello.'
  })
  const leave = new AbortController()
  setMaxListeners(0, leave.signal)
  const path = `/sessions/${made.id}/events`
  const open = () => ask(target, path, { headers: { 'last-event-id': '0' }, signal: leave.signal })
  const seen = new Seen()
  void follow(await open(), (type) => seen.add(type))
  for (let reader = 0; reader < readers; reader++) (await open()).on('error', () => {}).resume() // what it does with it is not the server's time
  for (let reader = 0; reader < stuck; reader++) (await open()).on('error', () => {})
  await seen.next('idle')
  const send = async (events: object[]) => {
    const begun = performance.now()
    await agentsCall(target, path, { events })
    return performance.now() - begun
  }
  return {
    async turn(text) {
      const begun = performance.now()
      const acceptedMs = await send([messageOf(text)])
      await seen.next('idle')
      return { acceptedMs, ms: performance.now() - begun }
    },
    async steers(count) {
      await send([messageOf(openWord)])
      const times: number[] = []
      for (let number = 0; number < count; number++) {
        await seen.next('turn.output_text.delta')
        times.push(await send([messageOf('Be brief.')]))
      }
      await send([{ type: 'agent.session.input.cancel' }])
      await seen.next('idle')
      return times
    },
    leave: () => leave.abort()
  }
}

const messageOf = (text: string) => ({
  type: 'agent.session.input.message',
  input: [{ role: 'user', content: [{ type: 'input_text', text }] }]
})

const typeOf = /"type":"agent\.session\.([\w.]+)"/

/** Reads events until the reader leaves. */
async function follow(response: IncomingMessage, see: (type?: string) => void): Promise<void> {
  let rest = ''
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) see(typeOf.exec(event)?.[1])
    }
  } catch {
    // it has left
  }
}
