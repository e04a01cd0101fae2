// ./scripts/bench.sh runs this.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closeClient } from './client.ts'
import { machine } from './machine.ts'
import { optionsFrom, usage } from './options.ts'
import type { Options } from './options.ts'
import { plotOf } from './plot.ts'
import { writeDocument } from './document.ts'
import { textOf } from './report.ts'
import { shortfalls } from './row.ts'
import type { Results } from './row.ts'
import { appServerAtOnceRows, appServerRows } from './rows/app-server.ts'
import { agentRows } from './rows/agents.ts'
import { aloneRows, memoryRows } from './rows/alone.ts'
import { againstRows } from './rows/against.ts'
import { baseRows } from './rows/base.ts'
import { brokeredCodexRows } from './rows/brokered-codex.ts'
import { brokeredRows } from './rows/brokered.ts'
import { execAtOnceRows, execRows } from './rows/exec.ts'
import { clientGrowth, historyGrowth } from './rows/growth.ts'
import { ledgerRows } from './rows/ledger.ts'
import { openTurnsRows } from './rows/open-turns.ts'
import { remoteRows } from './rows/remote.ts'
import { remoteByteRows } from './rows/remote-bytes.ts'
import { storedRows } from './rows/stored.ts'
import { threadRows } from './rows/threads.ts'
import { streamRows } from './rows/streams.ts'
import { toolLoopRows } from './rows/tool-loop.ts'
import { startWorld } from './world.ts'
import type { World } from './world.ts'

const rows = {
  alone: aloneRows,
  memory: memoryRows, // first, while nothing else has run
  exec: execRows,
  'exec-at-once': execAtOnceRows,
  'app-server': appServerRows,
  'app-server-at-once': appServerAtOnceRows,
  ledger: ledgerRows,
  stored: storedRows,
  threads: threadRows,
  agents: agentRows,
  'tool-loop': toolLoopRows,
  'open-turns': openTurnsRows,
  streams: streamRows,
  brokered: brokeredRows,
  'brokered-codex': brokeredCodexRows,
  remote: remoteRows,
  'remote-bytes': remoteByteRows,
  against: againstRows,
  base: baseRows
}
const growths = { clients: clientGrowth, history: historyGrowth }

async function measured(world: World, { quick, only }: Options): Promise<Results> {
  const wanted = (name: string) => only === undefined || only.has(name)
  const results: Results = { rows: [], failed: [], clients: [], history: [] }
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    process.stderr.write(`${what} …\n`)
    try {
      return await work()
    } catch (error) {
      results.failed.push({ what, why: error instanceof Error ? error.message : String(error) })
      return undefined
    }
  }
  for (const [name, measure] of Object.entries(rows))
    if (wanted(name)) results.rows.push(...((await attempt(name, () => measure(world, quick))) ?? []))
  for (const name of ['clients', 'history'] as const)
    if (wanted(name)) results[name] = (await attempt(name, () => growths[name](world, quick))) ?? []
  return results
}

async function run(options: Options): Promise<void> {
  const begun = performance.now()
  await using world = await startWorld(options)
  const results = await measured(world, options)
  closeClient()
  const seconds = Math.round((performance.now() - begun) / 1000)
  const about = { ...machine(), date: new Date().toISOString().slice(0, 10), seconds, quick: options.quick }
  const text = textOf(results, about)
  await mkdir(options.out, { recursive: true })
  await writeFile(join(options.out, 'bench.md'), text)
  await writeFile(join(options.out, 'bench.json'), `${JSON.stringify({ about, ...results }, undefined, 2)}\n`)
  if (results.clients.length > 0) await writeFile(join(options.out, 'clients.svg'), plotOf(results.clients))
  if (options.document) await writeDocument(text)
  process.stdout.write(text)
  if (shortfalls(results).length > 0) process.exitCode = 1
}

const options = optionsFrom(process.argv.slice(2))
if (options === undefined) process.stdout.write(usage)
else await run(options)
