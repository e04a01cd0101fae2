import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesWith } from '../../test/support/processes.ts'
import { png } from '../../test/support/images.ts'
import { token } from './gateway.ts'
import type { SoakedGateway } from './gateway.ts'

/** What a client did: the status of its answer, or why it has none. */
export type Outcome = number | 'left' | 'read'

interface Ask {
  content: unknown
  stream?: boolean
  more?: object
  signal?: AbortSignal
}

const tools = [
  {
    type: 'function',
    function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }
  }
]
const schema = {
  type: 'json_schema',
  json_schema: { name: 'n', schema: { type: 'object', properties: {}, additionalProperties: false } }
}
const withImage = [
  { type: 'text', text: 'hello' },
  { type: 'image_url', image_url: { url: png } }
]
const after = () => AbortSignal.timeout(Math.round(100 + Math.random() * 700))

/** Everything that clients do, and how often. */
const kinds: [name: string, weight: number, act: (gateway: SoakedGateway) => Promise<Outcome>][] = [
  ['complete', 4, (gateway) => ask(gateway, { content: 'hello' })],
  ['streamed', 4, (gateway) => ask(gateway, { content: 'hello', stream: true })],
  ['slow model', 2, (gateway) => ask(gateway, { content: 'slow', stream: true })],
  ['tools', 3, (gateway) => ask(gateway, { content: 'call', stream: true, more: { tools } })],
  ['files', 2, (gateway) => ask(gateway, { content: withImage, more: { response_format: schema } })],
  ['daemons', 2, (gateway) => ask(gateway, { content: 'daemon' })],
  ['leaves', 4, (gateway) => ask(gateway, { content: 'slow', stream: true, signal: after() })],
  ['leaves a mute model', 2, (gateway) => ask(gateway, { content: 'never', signal: after(), more: { tools } })],
  ['torn upstream', 2, (gateway) => ask(gateway, { content: 'torn', stream: true, more: { tools } })],
  ['refused upstream', 1, (gateway) => ask(gateway, { content: 'refused' })],
  ['bad body', 3, (gateway) => ask(gateway, { content: { a: [1] } })],
  ['bad token', 1, (gateway) => ask(gateway, { content: 'hello' }, 'wrong')],
  ['slow reader', 2, readSlowly],
  ['killed exec', 1, (gateway) => killed(gateway, 'exec')],
  ['killed app-server', 1, (gateway) => killed(gateway, 'app-server')]
]

/** One of them, chosen by weight. */
export function anyKind(): (typeof kinds)[number] {
  let place = Math.random() * kinds.reduce((sum, [, weight]) => sum + weight, 0)
  return kinds.find(([, weight]) => (place -= weight) < 0) ?? kinds[0]!
}

const bodyOf = ({ content, stream = false, more }: Ask) =>
  JSON.stringify({ model: 'gpt-5.5', stream, messages: [{ role: 'user', content }], ...more })

async function ask({ url }: SoakedGateway, asked: Ask, from = token): Promise<Outcome> {
  try {
    const headers = { authorization: `Bearer ${from}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: bodyOf(asked),
      signal: asked.signal ?? null
    })
    await response.text()
    return response.status
  } catch (error) {
    if (asked.signal?.aborted) return 'left'
    throw error
  }
}

/** Takes a piece of a long answer now and then, and leaves before its end. */
async function readSlowly({ url }: SoakedGateway): Promise<Outcome> {
  const body = bodyOf({ content: 'long', stream: true })
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
  socket.pause()
  for (let piece = 0; piece < 10; piece++) {
    await sleep(100)
    socket.read(16_384)
  }
  socket.resetAndDestroy()
  return 'read'
}

/** Kills every codex of this kind while one waits for a mute model. */
async function killed(gateway: SoakedGateway, kind: 'exec' | 'app-server'): Promise<Outcome> {
  const answered = ask(gateway, { content: 'never', ...(kind === 'app-server' && { more: { tools } }) })
  await sleep(500)
  const running = processesWith(`CODEX_HOME=${gateway.home}`).filter(
    (line) => line.includes(`/codex ${kind} `) && !line.includes('bwrap')
  )
  for (const line of running) kill(parseInt(line))
  return answered
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended meanwhile
  }
}
