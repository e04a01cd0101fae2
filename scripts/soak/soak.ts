import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from './gateway.ts'
import type { SoakedGateway } from './gateway.ts'
import { anyKind } from './load.ts'
import type { Outcome } from './load.ts'
import { sampleOf, slopeOf, tolerances } from './samples.ts'
import type { Sample } from './samples.ts'

const minutes = Number(process.argv[2] ?? 5)
if (!(minutes > 0)) {
  console.error('How many minutes? ./scripts/soak.sh [MINUTES]')
  process.exit(2)
}

/** Seconds of load between two samples, clients at once, and samples that are not judged: what is made once is made then. */
const round = { seconds: 8, clients: 6, warmUp: 2 }
const outcomes = new Map<string, number>()

function count(name: string, outcome: Outcome): void {
  const key = `${name}: ${outcome}`
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
}

async function client(gateway: SoakedGateway, until: number): Promise<void> {
  while (performance.now() < until) {
    const [name, , act] = anyKind()
    count(name, await act(gateway))
  }
}

/** Waits until no turn has a slot or waits for one, collects garbage, and measures. */
async function measured(gateway: SoakedGateway, begun: number): Promise<Sample> {
  for (let waited = 0; (await gateway.busy()) > 0; waited += 50) {
    if (waited > 30_000) throw new Error('Turns do not end.')
    await sleep(50)
  }
  process.kill(gateway.pid, 'SIGUSR2')
  await sleep(500)
  return sampleOf(gateway, (performance.now() - begun) / 60_000)
}

function report(samples: readonly Sample[], bugs: readonly string[]): boolean {
  console.log(
    [...outcomes]
      .sort()
      .map(([key, times]) => `${key} × ${times}`)
      .join('\n')
  )
  const names = Object.keys(tolerances) as (keyof typeof tolerances)[]
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const rising = names.filter((name) => {
    const slope = slopeOf(samples, name)
    const rise = slope * (last.minute - first.minute)
    const isTooMuch = rise > tolerances[name]
    console.log(
      `${isTooMuch ? '✗' : '✓'} ${name}: ${first[name].toFixed(1)} → ${last[name].toFixed(1)}, slope ${slope.toFixed(2)} a minute, ${rise.toFixed(1)} over the run (at most ${tolerances[name]})`
    )
    return isTooMuch
  })
  for (const bug of bugs) console.log(`✗ ${bug}`)
  return rising.length === 0 && bugs.length === 0
}

async function soak(): Promise<boolean> {
  await using gateway = await startGateway()
  const begun = performance.now()
  const samples: Sample[] = []
  while (performance.now() - begun < minutes * 60_000 || samples.length < round.warmUp + 3) {
    const until = performance.now() + round.seconds * 1000
    await Promise.all(Array.from({ length: round.clients }, () => client(gateway, until)))
    samples.push(await measured(gateway, begun))
    if (process.stderr.isTTY) console.error(JSON.stringify(samples.at(-1)))
  }
  return report(samples.slice(round.warmUp), gateway.bugs())
}

process.exitCode = (await soak()) ? 0 : 1
