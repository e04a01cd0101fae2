import { Agent, request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'

/** An OpenAI-compatible server. `url` has no `/v1` at its end. */
export interface Target {
  url: string
  token?: string
  model: string
}

export interface Question {
  stream?: boolean
  messages: { role: string; content: string }[]
}

export interface Answered {
  ms: number
  /** NaN for an answer that was not streamed. */
  firstTextMs: number
  /** Chunks with text. */
  deltas: number
}

const agents = {
  http: new Agent({ keepAlive: true, maxSockets: Infinity }),
  https: new TlsAgent({ keepAlive: true, maxSockets: Infinity })
}
const hello: Question['messages'] = [{ role: 'user', content: 'Say the word hello.' }]
/** What a connection that the other side closed ends a request with. */
const closings = new Set(['ECONNRESET', 'EPIPE'])
const withText = /"content": ?"(?!")/g

/** Asks for a chat completion, again where a server has too much to do, as clients do. Rejects unless it gets a complete answer. */
export async function ask(target: Target, question: Question = { messages: hello }): Promise<Answered> {
  const begun = performance.now()
  for (let refused = 0; ; refused++) {
    const response = await post(target, 'chat/completions', { stream: false, ...question })
    if (response.statusCode !== 503 || refused === 10) return answeredBy(response, target, question, begun)
    response.resume()
    await setTimeout(100)
  }
}

async function answeredBy(
  response: IncomingMessage,
  target: Target,
  { stream = false }: Question,
  begun: number
): Promise<Answered> {
  const answered = { ms: 0, firstTextMs: NaN, deltas: 0 }
  let text = ''
  let isDone = false
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (!stream) continue
    const complete = text.lastIndexOf('\n\n') + 1 // a chunk may end within an event
    count(text.slice(0, complete), answered, begun)
    isDone ||= text.includes('data: [DONE]')
    text = text.slice(complete)
  }
  answered.ms = performance.now() - begun
  if (response.statusCode !== 200)
    throw new Error(`${target.url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  if (stream ? !isDone : !text.includes('"finish_reason"'))
    throw new Error(`${target.url} broke off: ${text.slice(-300)}`)
  return answered
}

/** Streamed, with the usual prompt. */
export const askStreamed = (target: Target): Promise<Answered> => ask(target, { stream: true, messages: hello })

/** Asks for a response, not streamed. Rejects unless it is completed. */
export async function askResponse(target: Target, options: { store?: boolean }): Promise<{ ms: number }> {
  const begun = performance.now()
  const response = await post(target, 'responses', { input: 'Say the word hello.', ...options })
  const text = await textOf(response)
  if (response.statusCode !== 200 || !text.includes('"status":"completed"'))
    throw new Error(`${target.url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  return { ms: performance.now() - begun }
}

/** Starts a thread, and resolves with its id. */
export async function startThread(target: Target): Promise<string> {
  const { thread } = JSON.parse(await textOf(await post(target, 'api/thread/start', {}))) as { thread: { id: string } }
  return thread.id
}

/** Runs a turn on a thread, not streamed. Rejects unless it is completed. */
export async function threadTurn(target: Target, threadId: string, say: string): Promise<{ ms: number }> {
  const begun = performance.now()
  const response = await post(target, 'api/turn/start', { threadId, input: [{ type: 'text', text: say }] })
  const text = await textOf(response)
  if (response.statusCode !== 200 || !text.includes('"status":"completed"'))
    throw new Error(`${target.url} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  return { ms: performance.now() - begun }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}

function count(chunk: string, answered: Answered, begun: number): void {
  const found = chunk.match(withText)?.length ?? 0
  if (answered.deltas === 0 && found > 0) answered.firstTextMs = performance.now() - begun
  answered.deltas += found
}

/** Sends it, again where the server closes an idle connection just when it is used: clients do so too, and no answer is lost. */
export async function post(target: Target, path: string, body: object): Promise<IncomingMessage> {
  const text = JSON.stringify({ model: target.model, ...body })
  for (;;) {
    try {
      return await send(target, path, text)
    } catch (error) {
      if (!(error instanceof ClosedWhileIdle)) throw error
    }
  }
}

/** A connection that had served before was closed before it answered. */
class ClosedWhileIdle extends Error {}

function send({ url, token }: Target, path: string, body: string): Promise<IncomingMessage> {
  const to = new URL(`${url}/v1/${path}`)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(token !== undefined && { authorization: `Bearer ${token}` })
  }
  return new Promise((resolve, reject) => {
    const sent: ClientRequest =
      to.protocol === 'https:'
        ? tlsRequest(to, { method: 'POST', agent: agents.https, headers }, resolve)
        : request(to, { method: 'POST', agent: agents.http, headers }, resolve)
    const failed = (error: NodeJS.ErrnoException) =>
      reject(sent.reusedSocket && closings.has(error.code ?? '') ? new ClosedWhileIdle(error.message) : error)
    sent.on('error', failed).end(body)
  })
}

export function closeClient(): void {
  agents.http.destroy()
  agents.https.destroy()
}
