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
import type { Results } from './row.ts'
import { appServerAtOnceRows, appServerRows } from './rows/app-server.ts'
import { aloneRows, memoryRows } from './rows/alone.ts'
import { againstRows } from './rows/against.ts'
import { execAtOnceRows, execRows } from './rows/exec.ts'
import { clientGrowth, historyGrowth } from './rows/growth.ts'
import { streamRows } from './rows/streams.ts'
import { startWorld } from './world.ts'
import type { World } from './world.ts'

const rows = {
  alone: aloneRows,
  memory: memoryRows, // first, while nothing else has run
  exec: execRows,
  'exec-at-once': execAtOnceRows,
  'app-server': appServerRows,
  'app-server-at-once': appServerAtOnceRows,
  streams: streamRows,
  against: againstRows
}
const growths = { clients: clientGrowth, history: historyGrowth }

async function measured(world: World, { quick, only }: Options): Promise<Results> {
  const wanted = (name: string) => only === undefined || only.has(name)
  const results: Results = { rows: [], clients: [], history: [] }
  for (const [name, measure] of Object.entries(rows))
    if (wanted(name)) results.rows.push(...(await said(name, measure(world, quick))))
  for (const name of ['clients', 'history'] as const)
    if (wanted(name)) results[name] = await said(name, growths[name](world, quick))
  return results
}

function said<T>(name: string, work: Promise<T>): Promise<T> {
  process.stderr.write(`${name} …\n`)
  return work
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
}

const options = optionsFrom(process.argv.slice(2))
if (options === undefined) process.stdout.write(usage)
else await run(options)
