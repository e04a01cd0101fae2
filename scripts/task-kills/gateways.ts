import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesLeftWith } from '../../test/support/processes.ts'
import { startUpstream } from '../../test/support/upstream/upstream.ts'
import { startReceiver } from '../../test/webhooks/receiver.ts'
import { checked } from './check.ts'
import type { Ended } from './check.ts'
import { startKilled } from './gateway.ts'
import type { KilledGateway } from './gateway.ts'
import { modelThatWrites } from './model.ts'
import type { Report } from './report.ts'
import { Search } from './search.ts'

/** Milliseconds from a gateway's start to its end. */
const life = () => 200 + Math.random() * 2_500
/** Tasks that wait or run at any time. */
const unfinished = 50

interface Accepted {
  id: string
  marker: string
}

/** Real gateways with the real codex, one after another in one folder, each killed at some moment. */
export async function gateways(wanted: number, early: AbortSignal): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'task-kills-'))
  await mkdir(join(folder, 'workspace'))
  const markers = join(folder, 'markers')
  const startedAt = performance.now()
  const upstream = await startUpstream(modelThatWrites(markers), { kept: 10 })
  const receiver = await startReceiver()
  const search = new Search(folder)
  const accepted: Accepted[] = []
  const start = () => startKilled(folder, { upstream: upstream.url, receiver: receiver.port })
  let kills = 0
  for (; kills < wanted && !early.aborted; kills++) {
    const gateway = await start()
    const end = performance.now() + life()
    const filling = fill(gateway, accepted, receiver.url, search).catch(() => {}) // it is killed meanwhile
    await sleep(Math.max(0, end - performance.now()))
    search.addLog(await gateway.kill())
    await filling
  }
  const last = await start()
  const ends = await allEnded(last, accepted, search)
  const unsent = await unsentOf(accepted, () => receiver.received.map(({ event }) => event.data.id))
  search.addLog(await last.stop())
  const written = await readFile(markers, 'utf8').catch(() => '')
  const report = {
    ...checked(ends, written.split('\n').filter(Boolean)),
    ...{ kills, unsent, leaked: await search.found(), left: await processesLeftWith(folder, 10_000) },
    seconds: (performance.now() - startedAt) / 1000
  }
  await receiver[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return report
}

/** Gives tasks until there are enough. One whose answer does not come was accepted or not: its key finds out. */
async function fill(gateway: KilledGateway, accepted: Accepted[], webhook: string, search: Search): Promise<void> {
  for (;;) {
    const { data } = (await gateway.call('GET', '?limit=100')) as { data: { id: string; status: string }[] }
    search.addText('list', JSON.stringify(data))
    if (data.filter(({ status }) => !/succeeded|failed/.test(status)).length >= unfinished) return
    for (let added = 0; added < 10; added++) {
      const marker = `marker-${accepted.length}-end`
      const { id } = (await gateway.call('POST', '', {
        prompt: `Write ${marker}`,
        ...{ retry: accepted.length % 3 === 0 ? 'safe' : 'never', idempotencyKey: marker, webhook },
        env: { MARKER_SECRET: search.secretOf(marker) }
      })) as { id: string }
      accepted.push({ id, marker })
    }
  }
}

async function allEnded(gateway: KilledGateway, accepted: readonly Accepted[], search: Search): Promise<Ended[]> {
  const ends: Ended[] = []
  for (const { id, marker } of accepted) {
    const until = performance.now() + 600_000
    for (;;) {
      const task = (await gateway.call('GET', `/${id}`, undefined, { prefer: 'wait=60' })) as Answered
      if (!/succeeded|failed/.test(task.status ?? 'failed') && performance.now() < until) continue
      const events = await gateway.text(`/${id}/events`)
      search.addText(id, JSON.stringify(task) + events)
      const count = events.match(/^event: task\.(succeeded|failed)$/gm)?.length ?? 0
      ends.push({ id, marker, how: howOf(task), ends: count })
      break
    }
  }
  return ends
}

interface Answered {
  status?: string
  error?: { class?: string } | null
}

function howOf({ status, error }: Answered): string {
  if (status === undefined) return 'missing'
  return status === 'failed' ? (error?.class ?? 'failed') : status === 'succeeded' ? status : 'unfinished'
}

/** The last ones may be on their way. */
async function unsentOf(accepted: readonly Accepted[], received: () => string[]): Promise<string[]> {
  const until = performance.now() + 60_000
  for (;;) {
    const ids = new Set(received())
    const missing = accepted.map(({ id }) => id).filter((id) => !ids.has(id))
    if (missing.length === 0 || performance.now() > until) return missing
    await sleep(200)
  }
}
