import { join } from 'node:path'
import { newId } from '../../../src/agents/ids.ts'
import { newStatus } from '../../../src/agents/status.ts'
import { principalFrom } from '../../../src/access/principal.ts'
import { SessionStore } from '../../../src/sessions/session-store.ts'
import { sessionsSchema } from '../../../src/sessions/schema.ts'
import { Store } from '../../../src/store/store.ts'
import { Tables } from '../../../src/store/tables.ts'
import { agentsCall, startSession } from '../agent-client.ts'
import { figuresFrom } from '../figures.ts'
import { residentMb } from '../memory.ts'
import type { Row } from '../row.ts'
import { atOnce, interleaved, rate } from '../sampling.ts'
import { token } from '../setting.ts'
import { readerRows } from './agent-readers.ts'
import type { World } from '../world.ts'

/** Turns of one session; messages to one that runs; sessions at once, and their turns together; sessions that there are. */
const counts = { turns: 10, steers: 10, width: 16, many: 320, sessions: 10_000 }

/** The Agents API beside codex by hand on threads that are stored in the same way. */
export async function agentRows(world: World, quick: boolean): Promise<Row[]> {
  return [
    ...(await turnRows(world, quick)),
    await steerRow(world, quick),
    await rateRow(world, quick),
    ...(await readerRows(world, quick)),
    ...(await storedRows(world, quick))
  ]
}

async function turnRows({ appServer, rawStored }: World, quick: boolean): Promise<Row[]> {
  const accepted: { ours: number[]; raw: number[] } = { ours: [], raw: [] }
  const samples = await interleaved(quick ? 4 : 20, {
    ours: async () => {
      const session = await startSession(appServer)
      const turns = await oneAfterAnother(() => session.turn('Say the word hello.'))
      session.leave()
      accepted.ours.push(...turns.map(({ acceptedMs }) => acceptedMs))
      return turns.map(({ ms }) => ms)
    },
    raw: async () => {
      const turn = await rawStored.conversation()
      await turn('Say the word hello.')
      const turns = await oneAfterAnother(() => turn('Say the word hello.'))
      accepted.raw.push(...turns.map(({ acceptedMs }) => acceptedMs))
      return turns.map(({ ms }) => ms)
    }
  })
  const [create, bare] = [accepted.ours, accepted.raw].map(figuresFrom)
  const other = 'a raw JSON-RPC client, with a stored thread'
  return [
    {
      what: 'agents: events.create, p95',
      unit: 'ms',
      ours: { ...create!, median: create!.p95 },
      other: { what: other, figures: { ...bare!, median: bare!.p95 } },
      target: { text: '≤ 10 ms more', met: create!.p95 <= bare!.p95 + 10 }
    },
    {
      what: 'agents: a further turn, to idle',
      unit: 'ms',
      ours: figuresFrom(samples.ours),
      other: { what: other, figures: figuresFrom(samples.raw) }
    }
  ]
}

/** A message to a turn whose answer the model does not end. */
async function steerRow({ appServer, rawStored }: World, quick: boolean): Promise<Row> {
  const samples = await interleaved(quick ? 3 : 12, {
    ours: async () => {
      const session = await startSession(appServer)
      const times = await session.steers(counts.steers)
      session.leave()
      return times
    },
    raw: () => rawStored.steers(counts.steers)
  })
  const [ours, raw] = [samples.ours, samples.raw].map(figuresFrom)
  return {
    what: 'agents: a message to a turn that runs',
    unit: 'ms',
    ours: ours!,
    other: { what: 'turn/steer by hand', figures: raw! },
    target: { text: '≤ 5 ms more', met: ours!.median <= raw!.median + 5 }
  }
}

async function rateRow({ appServer, rawStored }: World, quick: boolean): Promise<Row> {
  const sessions = await Promise.all(Array.from({ length: counts.width }, () => startSession(appServer)))
  const turns = await Promise.all(Array.from({ length: counts.width }, () => rawStored.conversation()))
  /** Each at once with the others, and one after another in itself. */
  const rateOf = (all: readonly ((text: string) => Promise<unknown>)[]) => {
    const free = [...all]
    return rate(counts.width, quick ? counts.many / 4 : counts.many, async () => {
      const turn = free.shift()!
      await turn('Say the word hello.')
      free.push(turn)
    })
  }
  const samples = await interleaved(quick ? 2 : 6, {
    ours: () => rateOf(sessions.map(({ turn }) => turn)),
    raw: () => rateOf(turns)
  })
  for (const session of sessions) session.leave()
  const [ours, raw] = [samples.ours, samples.raw].map(figuresFrom)
  return {
    what: `agents: turns of ${counts.width} sessions at once`,
    unit: 'a second',
    ours: ours!,
    other: { what: 'a raw JSON-RPC client, with stored threads', figures: raw! },
    target: { text: '≥ 0.9 ×', met: ours!.median >= 0.9 * raw!.median }
  }
}

/** With as many sessions as there may be. */
async function storedRows({ appServer, folder }: World, quick: boolean): Promise<Row[]> {
  const session = await startSession(appServer) // there may be no more afterwards
  addSessions(join(folder, 'app-server', 'gateway'), appServer.model)
  const list = async () => {
    const begun = performance.now()
    await agentsCall(appServer, '/sessions?limit=20')
    return performance.now() - begun
  }
  await list()
  const times = (await atOnce(1, quick ? 40 : 200, list)).results
  const before = residentMb(appServer.pid)
  let after = ''
  for (let page = 0; page < counts.sessions / 100; page++) {
    const found = await agentsCall<{ last_id: string }>(appServer, `/sessions?limit=100&order=asc${after}`)
    after = `&after=${found.last_id}`
  }
  const idle = ((residentMb(appServer.pid) - before) * 1024) / counts.sessions
  const figures = figuresFrom(times)
  const turns = await oneAfterAnother(() => session.turn('Say the word hello.'))
  session.leave()
  return [
    {
      what: `agents: events.create beside ${counts.sessions.toLocaleString('en')} sessions`,
      unit: 'ms',
      ours: figuresFrom(turns.map(({ acceptedMs }) => acceptedMs))
    },
    {
      what: `agents: a page of ${counts.sessions.toLocaleString('en')} sessions, p95`,
      unit: 'ms',
      ours: { ...figures, median: figures.p95 },
      target: { text: '≤ 15 ms', met: figures.p95 <= 15 }
    },
    {
      what: 'agents: memory of an idle session, after all were listed',
      unit: 'KB',
      ours: figuresFrom([Math.max(0, idle)]),
      target: { text: '≤ 4 KB', met: idle <= 4 }
    }
  ]
}

/** Into the store that the gateway has open. */
function addSessions(folder: string, model: string): void {
  using store = new Store({ folder })
  const tables = new Tables(store, sessionsSchema)
  const sessions = new SessionStore(tables)
  const owner = principalFrom({ token }).id
  const columns = {
    agent: JSON.stringify({ agentId: 'agt_bench', name: null, config: { model }, environment: { type: 'none' } }),
    labels: '{}',
    status: JSON.stringify(newStatus())
  }
  tables.transaction(() => {
    for (let number = 0; number < counts.sessions; number++) {
      const now = Date.now()
      const record = { id: newId('asess', now), owner, workspace: 'default', thread: newId('turn') }
      sessions.add({ ...record, createdAt: now, usedAt: now }, store.presence.id, columns)
    }
  })
  sessions.release(store.presence.id)
}

async function oneAfterAnother<T>(turn: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  for (let number = 0; number < counts.turns; number++) all.push(await turn())
  return all
}
