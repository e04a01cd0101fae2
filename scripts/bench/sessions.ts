/**
 * What sessions cost, apart from codex: memory of those that are idle, and a long answer that many watch.
 *
 *     node --import ./test/support/typescript.mjs scripts/bench/sessions.ts
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SseStream } from '../../src/http/answer/sse.ts'
import { JournalStore } from '../../src/sessions/journal-store.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { Sessions } from '../../src/sessions/sessions.ts'
import type { Session } from '../../src/sessions/session.ts'
import { Tables } from '../../src/store/tables.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { Store } from '../../src/store/store.ts'

const counts = { idle: 2_000, watchers: 50, deltas: 10_000, perTick: 20 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const folder = mkdtempSync(join(tmpdir(), 'sessions-'))
const store = new Store({ folder })
const tables = new Tables(store, sessionsSchema)
const sessions = new Sessions({
  store: new SessionStore(tables),
  journals: new JournalStore(tables, { session: 16_777_216, owner: 134_217_728 }),
  threadOf: () => undefined,
  placeOf: () => ({ models: [], model: null, approvalPolicy: 'never', canAsk: false }),
  bounds: { count: 10_000, perOwner: 10_000, graceMs: 60_000 },
  idleMs: 3_600_000,
  patienceMs: 1_000,
  asked: () => {},
  work: { mark: 'bench', isLost: () => true }
})
const settled = { name: null, preview: '', parent: null, archived: false, settings: {}, createdAt: 0, usedAt: 0 }
const open = (id: string) => sessions.create({ id, owner: 'ana', workspace: 'default', ...settled })

/** A turn with a message of so many pieces, as app-server tells of it. */
async function turn(session: Session, deltas: number): Promise<void> {
  const observer = session.observe()
  const say = (method: string, params: object) =>
    observer.noted({ method, params, json: JSON.stringify({ method, params }) })
  const at = { threadId: session.record.thread, turnId: 'turn' }
  const item = { id: 'msg_1', type: 'agentMessage', text: 'x'.repeat(6 * deltas) }
  say('turn/started', { ...at, turn: { id: 'turn', status: 'inProgress' } })
  say('item/started', { ...at, item: { ...item, text: '' } })
  for (let n = 0; n < deltas; n++) {
    say('item/agentMessage/delta', { ...at, itemId: 'msg_1', delta: ' words' })
    if (n % counts.perTick === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  say('item/completed', { ...at, item })
  say('turn/completed', { ...at, turn: { id: 'turn', status: 'completed', items: [] } })
  observer.ended({ type: 'turn.completed' })
}

async function idleMemory(): Promise<string> {
  collectGarbage()
  const before = process.memoryUsage()
  for (let n = 0; n < counts.idle; n++) {
    const session = open(`idle-${n}`)
    if (n % 10 === 0) await turn(session, 20)
  }
  collectGarbage()
  const after = process.memoryUsage()
  const each = (name: 'heapUsed' | 'rss') => ((after[name] - before[name]) / counts.idle / 1024).toFixed(1)
  return `${counts.idle} idle sessions: ${each('heapUsed')} KB of heap each, ${each('rss')} KB resident each`
}

async function watched(watchers: number, deltas: number): Promise<string> {
  const session = open(`watched-${watchers}-${deltas}`)
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.flushHeaders()
    const stream = new SseStream(res, {})
    const leaving = new AbortController()
    res.once('close', () => leaving.abort())
    void session.watch((text) => stream.sendText(text), leaving.signal).then(() => stream.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let bytes = 0
  const readers = await Promise.all(
    Array.from({ length: watchers }, async () => {
      const [response] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage]
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      return { over: once(response, 'end') }
    })
  )
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  await turn(session, deltas)
  sessions.close(session, 'deleted')
  await Promise.all(readers.map(({ over }) => over))
  const { user, system } = process.cpuUsage(cpu)
  const ms = Math.round(performance.now() - start)
  server.close()
  return `${deltas} deltas to ${watchers} watchers: ${(bytes / 1e6).toFixed(1)} MB, ${Math.round(bytes / watchers / deltas)} bytes per delta and watcher, ${Math.round((user + system) / 1000)} ms of CPU (server and readers), ${ms} ms`
}

console.log(await idleMemory())
for (const [watchers, deltas] of [
  [1, counts.deltas],
  [counts.watchers, counts.deltas / 2],
  [counts.watchers, counts.deltas]
] as const)
  console.log(await watched(watchers, deltas))
store[Symbol.dispose]()
rmSync(folder, { recursive: true })
