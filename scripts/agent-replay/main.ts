import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { badOrders } from '../../test/api/agents/event-order.ts'
import { ToolServer } from '../../test/api/agents/tool-server.ts'
import { says } from '../../test/support/upstream/answer.ts'
import { dripped } from '../../test/support/upstream/script.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { startKilled } from '../agent-kills/gateway.ts'
import type { KilledGateway } from '../agent-kills/gateway.ts'
import { compared, Reader } from './reader.ts'

const minutes = Number(process.argv[2] ?? 60)
if (!(minutes > 0)) throw new Error('Usage: agent-replay.sh [MINUTES]')
/** Sessions, readers of each, and milliseconds from one turn to the next and from one gateway to the next. */
const [width, readersEach, turnMs, restartMs] = [3, 4, 3_000, 20_000]

const folder = await mkdtemp(join(tmpdir(), 'agent-replay-'))
await mkdir(join(folder, 'workspace'))
await mkdir(join(folder, 'environments'))
const words = Array.from({ length: 20 }, (_, index) => ` w${index}`)
const upstream = await startUpstream(dripped(40, says(...words)), { kept: 10 })
const tools = new ToolServer()
await tools.start()
let gateway: KilledGateway | undefined = await startKilled(folder, upstream.url, tools)
const restarts = { SIGTERM: 0, SIGKILL: 0 }
const over = AbortSignal.timeout(minutes * 60_000)

const ids: string[] = []
for (let place = 0; place < width; place++)
  ids.push(
    (await gateway.sessions.create({ environment: { type: 'none' }, agent: { model: 'gpt-5.5' }, input: '0' })).id
  )
const readers = ids.map(() => Array.from({ length: readersEach }, () => new Reader()))
const reading = ids.flatMap((id, place) => readers[place]!.map((reader) => reader.run(() => gateway?.url, id, over)))

async function talk(id: string): Promise<void> {
  for (let number = 1; !over.aborted; number++) {
    const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: `${number}` }] }]
    await gateway?.sessions.events
      .create(id, { events: [{ type: 'agent.session.input.message', input }] })
      .catch(() => {}) // its gateway has ended
    await sleep(Math.random() * 2 * turnMs)
  }
}

async function restart(): Promise<void> {
  while (!over.aborted) {
    await sleep(Math.min(Math.random() * 2 * restartMs, minutes * 10_000))
    const signal = Math.random() < 0.5 ? 'SIGTERM' : 'SIGKILL'
    const former = gateway
    gateway = undefined
    await former?.end(signal)
    restarts[signal] += 1
    gateway = await startKilled(folder, upstream.url, tools)
  }
}

await Promise.all([...ids.map(talk), restart(), ...reading])
const last = gateway
const sum = { events: 0, connections: 0, missed: 0, changed: 0, unstored: 0, wrong: 0 }
for (const [place, id] of ids.entries()) {
  for (;;) {
    if ((await last.sessions.retrieve(id)).status === 'idle') break
    await sleep(100)
  }
  const { id: end } = await lastEvent(id)
  const whole = new Reader()
  await whole.read(last.url, id, end)
  const journal = whole.events.filter(({ data }) => !JSON.stringify(data).includes('events_expired')) // the oldest may not be stored any more
  const from = journal.findIndex(({ data }) => data.type === 'agent.session.turn.created')
  const faults = badOrders(journal.slice(from).map(({ data }) => data))
  for (const reader of readers[place]!) {
    await reader.read(last.url, id, end)
    const { missed, changed, unstored } = compared(journal, reader)
    faults.push(...reader.wrong)
    sum.missed += missed
    sum.changed += changed
    sum.unstored += unstored
    sum.connections += reader.connections
    sum.events += reader.events.length
  }
  sum.wrong += faults.length
  for (const fault of faults.slice(0, 5)) process.stdout.write(`  ${id} ${fault}\n`)
}
process.stdout.write(
  `${minutes} min, ${width * readersEach} readers, ${sum.connections} connections, ${restarts.SIGTERM} stops and ${restarts.SIGKILL} kills of the gateway: ${sum.events} events; missed ${sum.missed}, changed ${sum.changed}, wrong ${sum.wrong}; ${sum.unstored} were lost with a kill before they were stored\n`
)
await last.end('SIGTERM')
tools.close()
await upstream[Symbol.asyncDispose]()
await rm(folder, { recursive: true, force: true, maxRetries: 5 })
process.exitCode = sum.missed + sum.changed + sum.wrong === 0 ? 0 : 1

/** The last event of a session that is idle: nothing comes for two seconds after it. */
async function lastEvent(id: string) {
  const reader = new Reader()
  void reader.read(last.url, id, 'none')
  for (let before = -1; before < reader.events.length; await sleep(2_000)) before = reader.events.length
  return reader.events.at(-1)!
}
