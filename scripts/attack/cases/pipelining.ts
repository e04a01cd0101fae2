import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectionsAt, cpuSecondsOf, megabytesOf } from '../../../test/support/descriptors.ts'
import type { Attack, Finding } from '../case.ts'
import { token } from '../gateway.ts'
import type { AttackedGateway } from '../gateway.ts'
import { latencyOf, promptly } from '../latency.ts'

const connections = 200
const requests = 700
const attackMs = 6_000
const maxGrowth = 60 // MB
/** After 60 s without progress an answer is given up, after 65 s an idle connection. */
const maxOpenMs = 90_000

const right = `Authorization: Bearer ${token}\r\n`
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
const post = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n${right}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`

const floods: [what: string, request: string, open?: typeof unread][] = [
  ['/openapi.json', get('/openapi.json')],
  ['/docs', get('/docs')],
  ['/healthz', get('/healthz')],
  ['unknown paths', get('/unknown', right)],
  ['requests without a token', get('/v1/models')],
  ['requests with bodies', post],
  ['/openapi.json, read at a byte per second', get('/openapi.json'), readSlowly]
]

export const attack: Attack = {
  title: `${connections} connections send ${requests} requests each and do not read the answers`,
  async run(start, brief) {
    const findings: Finding[] = []
    const closings: Promise<Finding>[] = []
    for (const [what, request, open = unread] of brief ? floods.slice(0, 1) : floods) {
      const gateway = await start()
      findings.push(...(await flood(what, gateway, brief, () => open(gateway.port, request.repeat(requests)))))
      if (!brief) closings.push(closing(what, gateway)) // all of them at the same time
    }
    return [...findings, ...(await Promise.all(closings))]
  }
}

/** Opens the connections, which stay open, and measures the gateway meanwhile. */
async function flood(
  what: string,
  { pid, port }: AttackedGateway,
  brief: boolean,
  open: () => Socket
): Promise<Finding[]> {
  const before = megabytesOf(pid)
  const sockets = Array.from({ length: brief ? 40 : connections }, open)
  let peak = before
  const watch = setInterval(() => (peak = Math.max(peak, megabytesOf(pid))), 100)
  const latency = await latencyOf(port, brief ? attackMs / 4 : attackMs)
  clearInterval(watch)
  const growth = peak - before
  if (brief) for (const socket of sockets) socket.destroy()
  return [
    { what: `${what}: memory, under +${maxGrowth} MB`, value: `+${growth.toFixed()} MB`, held: growth < maxGrowth },
    promptly(what, latency)
  ]
}

/** How long the connections stay open once the gateway has answered what it can. */
async function closing(what: string, { pid, port }: AttackedGateway): Promise<Finding> {
  await idle(pid)
  const begun = performance.now()
  while (connectionsAt(port) > 0 && performance.now() - begun < maxOpenMs) await sleep(500)
  const [left, seconds] = [connectionsAt(port), (performance.now() - begun) / 1_000]
  const value = left === 0 ? `after ${seconds.toFixed()} s` : `${left} open after ${seconds.toFixed()} s`
  return { what: `${what}: connections are closed in ${maxOpenMs / 1_000} s`, value, held: left === 0 }
}

function unread(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => {}).write(text)
  return socket
}

function readSlowly(port: number, text: string): Socket {
  const onread = { buffer: Buffer.alloc(1), callback: () => false } // false pauses it again
  const socket = connect({ port, host: '127.0.0.1', onread })
  const byte = setInterval(() => socket.resume(), 1_000)
  socket.on('error', () => {}).once('close', () => clearInterval(byte))
  socket.write(text)
  return socket
}

/** Waits until the process uses less than a tenth of a core for ten seconds; 10 minutes at most. On a busy machine it gets no more for a few. */
async function idle(pid: number): Promise<void> {
  let before = -Infinity
  let resting = 0
  for (let seconds = 0; seconds < 600 && resting < 10; seconds++) {
    const used = cpuSecondsOf(pid)
    resting = used - before < 0.1 ? resting + 1 : 0
    before = used
    await sleep(1_000)
  }
}
